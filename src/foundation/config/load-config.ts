import { readFile } from 'node:fs/promises'

import { defaultConfigText } from './default-config.ts'
import { parseConfig } from './parse-config.ts'
import type { ParsedConfig } from './parse-config.ts'
import type { PolicyContext } from './check-policies.ts'
import type { ConfigProblem } from './problem.ts'
import type { EnvironmentVariables } from './read-secrets.ts'

export interface ConfigLocation extends PolicyContext {
  readonly file: string
  /** Where secrets named by `{ env }` are looked up. */
  readonly environment: EnvironmentVariables
  /** The file was not asked for by name: where it is absent, the built-in default is in force. */
  readonly isDefaultPlace?: boolean
}

/** The text, or the one problem of reading it. */
export type ConfigText =
  | { readonly text: string; readonly isBuiltIn: boolean }
  | { readonly problem: ConfigProblem }

export async function readConfigText(location: ConfigLocation): Promise<ConfigText> {
  const { file } = location
  try {
    return { text: await readFile(file, 'utf8'), isBuiltIn: false }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' && location.isDefaultPlace === true)
      return { text: defaultConfigText, isBuiltIn: true }
    return { problem: { file, line: 1, column: 1, path: '', ...explain(code, error) } }
  }
}

/** Reads the file and checks it; does not throw for anything that can be wrong with it. */
export async function loadConfig(location: ConfigLocation): Promise<ParsedConfig> {
  const read = await readConfigText(location)
  if ('problem' in read) return { problems: [read.problem], secretFiles: [] }
  return parseConfig(read.text, location.file, location.environment, location)
}

function explain(code: unknown, error: unknown): { message: string; mend: string } {
  if (code === 'ENOENT')
    return { message: 'There is no such file.', mend: 'Create it, or name another in SLIPWAY_CONFIG.' }
  if (code === 'EISDIR')
    return { message: 'This is a folder.', mend: 'Name the file, e.g. the slipway.yaml in it.' }
  if (code === 'EACCES' || code === 'EPERM')
    return { message: 'The file may not be read.', mend: 'Let the user that runs Slipway read it.' }
  return { message: `The file cannot be read (${String(code ?? error)}).`, mend: 'Check the path.' }
}
