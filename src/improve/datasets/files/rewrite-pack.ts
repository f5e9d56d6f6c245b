import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { VersionFiles } from '../datasets.ts'
import { createVersionView, quoteName, quoteText, readNumbers } from '../worker/sql.ts'
import type { DataTaskContext } from '../worker/tasks.ts'
import { copyRanges } from './copy-ranges.ts'
import { createIndexView, type PackFiles, type StagedPack, writeEntries } from './pack-index.ts'

export interface RewritePack {
  /** All that need something of the pack. */
  readonly versions: readonly VersionFiles[]
  /** All packs of those versions, their indexes alone but for the one that is looked at. */
  readonly packs: readonly PackFiles[]
  /** Which of the packs. */
  readonly which: number
  readonly folder: string
}

/** A pack of which less is needed is written anew. */
const leastShareNeeded = 0.5

/**
 * Measures how much of a pack versions still need; where that is less than half, writes what they need as another. `undefined`: it is
 * to stay.
 */
export async function rewritePack(
  { versions, packs, which, folder }: RewritePack,
  { duckdb, signal }: DataTaskContext,
): Promise<{ readonly rewritten: StagedPack | undefined }> {
  const old = packs[which]
  if (old?.pack === undefined) return { rewritten: undefined }
  await duckdb.run('CREATE TEMP TABLE wanted (file VARCHAR)')
  for (const [index, files] of versions.entries()) {
    await createVersionView(duckdb, `version ${index}`, files)
    await duckdb.run(`INSERT INTO wanted SELECT DISTINCT sha256 FROM ${quoteName(`version ${index}`)}`)
  }
  await createIndexView(
    duckdb,
    'entries',
    packs.map(({ index }) => index),
  )
  await duckdb.run(
    `CREATE TEMP TABLE needed AS SELECT DISTINCT chunk FROM entries SEMI JOIN wanted USING (file) WHERE place IS NOT NULL`,
  )
  await duckdb.run(
    `CREATE TEMP TABLE ours AS SELECT file, place, chunk, position, bytes, file IN (FROM wanted) AS is_file, position IS NOT NULL AND chunk IN (FROM needed) AS is_chunk FROM entries WHERE pack = ${which}`,
  )
  const [all = 0, live = 0] = await readNumbers(
    duckdb,
    `SELECT coalesce(sum(bytes) FILTER (position IS NOT NULL), 0), coalesce(sum(bytes) FILTER (is_chunk), 0) FROM ours`,
  )
  if (live >= all * leastShareNeeded) return { rewritten: undefined }
  await mkdir(folder, { recursive: true })
  await duckdb.run(
    `CREATE TEMP TABLE moved AS SELECT chunk, position AS before, bytes, CAST(sum(bytes) OVER (ORDER BY position) - bytes AS BIGINT) AS position FROM ours WHERE is_chunk`,
  )
  const reader = await duckdb.runAndReadAll('SELECT before, bytes FROM moved ORDER BY before')
  const ranges = reader.getRows().map(([from, bytes]) => ({ from: Number(from), bytes: Number(bytes) }))
  signal.throwIfAborted()
  const pack = ranges.length === 0 ? undefined : await copyRanges(old.pack, ranges, path.join(folder, 'pack'))
  const rows = `SELECT CASE WHEN o.is_file THEN o.file END AS file, CASE WHEN o.is_file THEN o.place END AS place, CASE WHEN o.is_file THEN nullif(o.chunk, o.file) ELSE o.chunk END AS chunk, m.position, o.bytes
    FROM ours AS o LEFT JOIN moved AS m ON o.is_chunk AND m.before = o.position WHERE o.is_file IS TRUE OR o.is_chunk ORDER BY o.position NULLS LAST, o.file, o.place`
  const index = await writeEntries(rows, path.join(folder, 'pack.parquet'), duckdb)
  const [count = 0] = await readNumbers(duckdb, `SELECT count(*) FROM read_parquet(${quoteText(index.file)})`)
  return { rewritten: count === 0 ? undefined : { index, pack, chunks: ranges.length } }
}
