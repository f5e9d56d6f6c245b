import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Decisions } from './decide.ts'

const root = path.join(import.meta.dirname, '../../..')

/** Beside the code that it is worked out from: who can write here can change that too. */
export const usualKeptFile = path.join(root, '.cache/decisions.json')

interface Kept {
  readonly stamp: string
  readonly decisions: Decisions
}

/** Names all that the decisions follow from: the policies, the code that asks and the version of Cedar. */
export async function stampOf(policies: string): Promise<string> {
  const hash = createHash('sha256').update(policies)
  const sources = ['decide.ts', 'decision-table.ts', 'principal.ts'].map(name =>
    path.join(import.meta.dirname, name),
  )
  for (const file of [...sources, path.join(root, 'node_modules/@cedar-policy/cedar-wasm/package.json')])
    hash.update('\0').update(await readFile(file))
  return hash.digest('hex')
}

/** What was worked out of the same before; `undefined` where that is not there or cannot be read. */
export async function readKept(file: string, stamp: string): Promise<Decisions | undefined> {
  try {
    const kept = JSON.parse(await readFile(file, 'utf8')) as Kept
    return kept.stamp === stamp ? kept.decisions : undefined
  } catch {
    return undefined
  }
}

/** Replaces what was kept. Does nothing where the installation cannot be written to: it is worked out again then. */
export async function keep(file: string, kept: Kept): Promise<void> {
  const partial = `${file}.${process.pid}`
  try {
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(partial, JSON.stringify(kept))
    await rename(partial, file)
  } catch {
    await rm(partial, { force: true }).catch(() => undefined)
  }
}
