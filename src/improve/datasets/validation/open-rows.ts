import type { DuckDBConnection } from '@duckdb/node-api'
import type { VersionFiles } from '../datasets.ts'
import { keptFolder, type StoredSegment } from '../kept/kept-files.ts'
import { createVersionView, quoteName } from '../worker/sql.ts'
import type { RowsView } from './rule.ts'

/** A version's files as checks and profiles read them: `_row` counts its rows from 1 as they lie, gaps where rows were removed. */
export async function openVersionRows(
  duckdb: DuckDBConnection,
  name: string,
  files: VersionFiles,
): Promise<RowsView> {
  await createVersionView(duckdb, `${name} version`, files)
  let before = 0
  const segments = files.segments.map(({ file, rows }) => {
    const segment: StoredSegment = { file, rows, offset: before }
    before += rows
    return segment
  })
  const offsets = segments.map(({ offset }) => offset).join(', ')
  await duckdb.run(
    `CREATE OR REPLACE TEMP VIEW ${quoteName(name)} AS SELECT *, CAST([${offsets}] AS BIGINT[])[_segment + 1] + _position + 1 AS _row FROM ${quoteName(`${name} version`)}`,
  )
  const hasRemoved = files.segments.some(({ removedFile }) => removedFile !== undefined)
  return {
    view: quoteName(name),
    schema: files.schema,
    rows: files.rows,
    stored: {
      segments,
      ...(hasRemoved && { removedTable: quoteName(`${name} version removed`) }),
    },
  }
}

export function filesToRead(versions: readonly VersionFiles[]): string[] {
  return versions.flatMap(({ segments }) => segments.map(({ file }) => file))
}

/** Where what is worked out from rows is kept beside them. */
export function foldersToKeepIn({ segments }: VersionFiles): string[] {
  return segments.map(({ file }) => keptFolder(file))
}
