import type { VersionFiles } from '../datasets.ts'
import { quoteName } from '../worker/sql.ts'
import { lockDown } from '../worker/open-duckdb.ts'
import type { DataTaskContext } from '../worker/tasks.ts'
import { columnIn } from '../validation/cells.ts'
import { filesToRead, openVersionRows } from '../validation/open-rows.ts'
import { findNearDuplicates, type NearMethod } from './find-near.ts'
import { TextReader, textOf } from './read-texts.ts'
import type { Shingling } from './shingles.ts'

/** Which of two texts stays: the one with more in a column, or less; the earlier where they are equal, or nothing is preferred. */
export interface Preference {
  readonly column: string
  readonly keep: 'largest' | 'smallest'
}

export interface FindNearRows {
  readonly files: VersionFiles
  readonly on: readonly string[]
  readonly similarity: number
  readonly shingles?: Shingling | undefined
  readonly prefer?: Preference | undefined
}

export interface NearRows {
  /** Keys of rows that are like one that stays. */
  readonly keys: readonly string[]
  readonly method: NearMethod
  readonly examples: readonly { readonly key: string; readonly of: string; readonly similarity: number }[]
}

const mostExamples = 20

/** Rows of a version that are nearly the same as one that stays. */
export async function findNearRows(
  parameters: FindNearRows,
  { duckdb, scratch, signal, progress }: DataTaskContext,
): Promise<NearRows> {
  const { files, on, similarity, shingles, prefer } = parameters
  const { view, schema } = await openVersionRows(duckdb, 'rows', files)
  await lockDown(duckdb, filesToRead([files]))
  const order =
    prefer === undefined
      ? undefined
      : `${quoteName(columnIn(schema, prefer.column).name)} ${prefer.keep === 'largest' ? 'DESC' : 'ASC'} NULLS LAST, _row`
  const texts = new TextReader(duckdb, { view, text: textOf(schema, on), where: undefined, order })
  const { pairs, method } = await findNearDuplicates(() => texts.read(), {
    threshold: similarity,
    shingling: shingles,
    scratch,
    signal,
    progress: share => progress(share * 0.9, 'compares texts'),
  })
  if (pairs.length === 0) return { keys: [], method, examples: [] }
  const gone = new Map(pairs.map(pair => [texts.rowOf(pair.row), pair]))
  const shown = pairs.slice(0, mostExamples)
  const kept = new Set(shown.map(({ of }) => texts.rowOf(of)))
  const keys: string[] = []
  const named = new Map<number, string>()
  const result = await duckdb.stream(`SELECT _row, _key FROM ${view}`)
  for (;;) {
    signal.throwIfAborted()
    const chunk = await result.fetchChunk()
    if (!chunk || chunk.rowCount === 0) break
    for (const [row, key] of chunk.getRows()) {
      const number = Number(row)
      if (gone.has(number)) keys.push(String(key))
      if (gone.has(number) || kept.has(number)) named.set(number, String(key))
    }
  }
  const examples = shown.map(({ row, of, similarity: found }) => ({
    key: named.get(texts.rowOf(row)) ?? '',
    of: named.get(texts.rowOf(of)) ?? '',
    similarity: found,
  }))
  progress(1, 'compares texts')
  return { keys, method, examples }
}
