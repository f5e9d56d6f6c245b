import type { VersionFiles } from '../datasets.ts'
import type { SplitsDefinition } from '../definition.ts'
import { createVersionView, splitOf } from './sql.ts'
import type { DataTaskContext } from './tasks.ts'

/** How many rows each split of a version has. */
export async function countSplits(
  { files, splits }: { readonly files: VersionFiles; readonly splits: SplitsDefinition },
  { duckdb }: DataTaskContext,
): Promise<{ readonly name: string; readonly rows: number }[]> {
  await createVersionView(duckdb, 'version', files)
  const reader = await duckdb.runAndReadAll(
    `SELECT ${splitOf(splits, files.schema)} AS part, count(*) FROM version GROUP BY part`,
  )
  const counts = new Map(reader.getRows().map(([name, rows]) => [String(name), Number(rows)]))
  return Object.keys(splits.parts).map(name => ({ name, rows: counts.get(name) ?? 0 }))
}
