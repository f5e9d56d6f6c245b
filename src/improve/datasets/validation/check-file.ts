import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Failure } from '../../../foundation/platform/index.ts'
import { type ConfigProblem, formatPath, readYaml } from '../../../foundation/config/index.ts'
import { type Definition, readDefinition } from '../definition.ts'
import { lockDown, openDuckdb } from '../worker/open-duckdb.ts'
import { checkOpened, type CheckedRows } from './check-rows.ts'
import { type FileRows, openFileRows } from './open-file-rows.ts'
import { readRules } from './read-rules.ts'
import type { TextDetectors } from './text-detectors.ts'

export interface CheckFileOptions {
  readonly file: string
  /** A file with the definition; without one, rows are profiled only. */
  readonly definitionFile: string | undefined
  /** What is compared with, in place of the parent version. */
  readonly parentFile?: string | undefined
  /** Files in place of other datasets, by the reference in the definition. */
  readonly others: ReadonlyMap<string, string>
  readonly detectors: TextDetectors
  readonly memoryMegabytes?: number
  readonly signal: AbortSignal
  readonly progress?: (share: number, step: string) => void
}

export interface CheckedFile extends CheckedRows {
  /** Where in the definition each rule stands, by its path. */
  readonly places: ReadonlyMap<string, { readonly line: number; readonly column: number }>
}

/** Checks a file as a version would be, without a server; or what is wrong with the definition. */
export async function checkFile(
  options: CheckFileOptions,
): Promise<CheckedFile | { readonly problems: readonly ConfigProblem[] }> {
  const { file, definitionFile, detectors, signal } = options
  const text = definitionFile === undefined ? '' : await readText(definitionFile)
  const read = readDefinition(
    text,
    definitionFile ?? 'dataset.yaml',
    definition => readRules(definition, detectors).problems,
  )
  if ('problems' in read) return read
  for (const needed of [file, options.parentFile, ...options.others.values()])
    if (needed !== undefined && !existsSync(needed))
      throw new Failure('invalid_request', `There is no file ${needed}.`)
  const scratch = await mkdtemp(path.join(tmpdir(), 'slipway-check-'))
  const opened = await openDuckdb(
    { memoryMegabytes: options.memoryMegabytes ?? 1_024, threads: 2, spillMegabytes: 16_384 },
    path.join(scratch, 'spill'),
  )
  const stop = () => opened.connection.interrupt()
  signal.addEventListener('abort', stop, { once: true })
  try {
    const { connection: duckdb } = opened
    const progress = options.progress ?? (() => undefined)
    const task = { duckdb, scratch, signal, progress }
    const rows = await openFileRows(task, 'rows', file, read.definition)
    const parent =
      options.parentFile === undefined
        ? undefined
        : await openFileRows(task, 'parent', options.parentFile, read.definition)
    const others = new Map<string, FileRows>()
    const none: Definition = { ...read.definition, key: [], columns: {} }
    for (const [reference, place] of options.others)
      others.set(reference, await openFileRows(task, `other ${others.size}`, place, none))
    await lockDown(
      duckdb,
      [rows, ...(parent ? [parent] : []), ...others.values()].map(({ staged }) => staged),
    )
    const checked = await checkOpened({
      definition: read.definition,
      detectors,
      context: { duckdb, scratch, signal, rows, parent, others },
      progress,
    })
    const source = readYaml(text)
    const { rules } = readRules(read.definition, detectors)
    return {
      ...checked,
      places: new Map(rules.map(rule => [formatPath(rule.path), source.positionOf(rule.path, 'key')])),
    }
  } finally {
    signal.removeEventListener('abort', stop)
    opened.close()
    await rm(scratch, { recursive: true, force: true })
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new Failure(
      'invalid_request',
      `The definition ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    )
  }
}
