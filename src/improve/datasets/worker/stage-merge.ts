import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Column, DatasetSchema, Row, RowKey } from '../dataset.ts'
import type { VersionFiles } from '../datasets.ts'
import { compareVersions } from './diff-versions.ts'
import {
  cellJson,
  createVersionView,
  parquetOptions,
  quoteName,
  quoteText,
  readNumbers,
  readTexts,
} from './sql.ts'
import type { DataTaskContext } from './tasks.ts'

export interface StageMerge {
  /** The newest version that both come from; left out where they have none in common. */
  readonly base: VersionFiles
  /** Is merged into. */
  readonly ours: VersionFiles
  /** Is merged. */
  readonly theirs: VersionFiles
  /** Of the version that is made. */
  readonly schema: DatasetSchema
  /** Whose cell or row stands where both have changed it; left out, such are conflicts. */
  readonly favour: 'ours' | 'theirs' | undefined
  readonly folder: string
  readonly mostConflicts: number
}

/** Both have changed it, and not to the same. */
export interface MergeConflict {
  readonly key: RowKey
  /** `row`: one has removed the row that the other has changed. */
  readonly kind: 'cells' | 'row'
  /** The columns at odds, of `cells`. */
  readonly columns: readonly string[]
  readonly base: Row | undefined
  readonly ours: Row | undefined
  readonly theirs: Row | undefined
}

export interface StagedMerge {
  /** How many there are; where some are left, nothing was staged. */
  readonly conflicts: number
  readonly shown: readonly MergeConflict[]
  /** What ours lacks: rows to put, as Parquet. */
  readonly upsertsFile: string | undefined
  readonly columns: readonly Column[]
  /** JSON lines of `{"key": …}`. */
  readonly deletesFile: string | undefined
}

/**
 * Three-way merge by key: a row that one side alone has changed is taken from it, and of a row that both have changed each
 * column that one side alone has changed. What both have changed, and not to the same, is a conflict by key and column;
 * none is decided unless `favour` says whose it is.
 */
export async function stageMerge(parameters: StageMerge, { duckdb }: DataTaskContext): Promise<StagedMerge> {
  const { schema, favour, folder } = parameters
  const sides = { base: parameters.base, ours: parameters.ours, theirs: parameters.theirs }
  for (const side of ['base', 'ours', 'theirs'] as const) {
    // all three as the version that is made sees them
    await createVersionView(duckdb, side, { ...sides[side], schema })
  }
  const seen = (files: VersionFiles): VersionFiles => ({ ...files, schema })
  await compareVersions(seen(sides.base), seen(sides.ours), duckdb, {
    from: 'base',
    to: 'ours',
    into: 'by_us',
  })
  await compareVersions(seen(sides.base), seen(sides.theirs), duckdb, {
    from: 'base',
    to: 'theirs',
    into: 'by_them',
  })
  const cells = schema.columns.map((column, index) => ({ column, index }))
  const differ = (left: string, right: string, column: Column): string =>
    `(${cellJson(column, left)}) IS DISTINCT FROM (${cellJson(column, right)})`
  await duckdb.run(
    `CREATE TEMP TABLE both_changed AS SELECT t.key, u.kind AS us, t.kind AS them,
       t.from_segment AS base_segment, t.from_position AS base_position,
       u.to_segment AS our_segment, u.to_position AS our_position, t.to_segment AS their_segment, t.to_position AS their_position
     FROM by_them AS t JOIN by_us AS u ON u.key = t.key`,
  )
  const [contested = 0] = await readNumbers(duckdb, 'SELECT count(*) FROM both_changed')
  // picked first, so that nothing is worked out for rows that are not at odds
  const rowsAt = (view: string, side: string): string =>
    `SELECT v.* FROM ${view} AS v SEMI JOIN both_changed AS p ON p.${side}_segment = v._segment AND p.${side}_position = v._position${contested === 0 ? ' WHERE false' : ''}`
  const cellsOf = (side: 'o' | 't' | 'b'): string =>
    cells.map(({ column, index }) => `${side}.${quoteName(column.name)} AS ${side}${index}`).join(', ')
  // rows that both have: one line each, with all three states side by side
  await duckdb.run(
    `CREATE TEMP TABLE contested AS SELECT c.key, c.us, c.them,
       ${cells
         .map(
           ({ column, index }) =>
             `(${differ('b', 'o', column)}) AND (${differ('b', 't', column)}) AND (${differ('o', 't', column)}) AS x${index}, (${differ('b', 't', column)}) AS y${index}`,
         )
         .join(', ')}${cells.length > 0 ? ',' : ''}
       ${[cellsOf('o'), cellsOf('t')].filter(text => text !== '').join(', ')}
     FROM both_changed AS c
     JOIN (${rowsAt('ours', 'our')}) AS o ON o._segment = c.our_segment AND o._position = c.our_position
     JOIN (${rowsAt('theirs', 'their')}) AS t ON t._segment = c.their_segment AND t._position = c.their_position
     LEFT JOIN (${rowsAt('base', 'base')}) AS b ON b._segment = c.base_segment AND b._position = c.base_position`,
  )
  const anyConflict = cells.length === 0 ? 'false' : cells.map(({ index }) => `x${index}`).join(' OR ')
  const oneRemoved = `(us = 'removed') <> (them = 'removed')`
  if (favour === undefined) {
    const [atCells = 0, atRows = 0] = await readNumbers(
      duckdb,
      `SELECT (SELECT count(*) FROM contested WHERE ${anyConflict}), (SELECT count(*) FROM both_changed WHERE ${oneRemoved})`,
    )
    if (atCells + atRows > 0) {
      const shown = await showConflicts(parameters, cells, anyConflict, oneRemoved, duckdb)
      return {
        conflicts: atCells + atRows,
        shown,
        upsertsFile: undefined,
        columns: [],
        deletesFile: undefined,
      }
    }
  }
  // what they alone have put, and what both have changed, cell by cell
  const merged = cells.map(({ column, index }) => {
    const theirs = favour === 'theirs' ? `y${index}` : `(y${index} AND NOT x${index})`
    return `CASE WHEN ${theirs} THEN t${index} ELSE o${index} END AS ${quoteName(column.name)}`
  })
  // without a key, rows are named by content and copy, and those that both have are the same
  const hasKey = schema.key.length > 0
  const names = [...cells.map(({ column }) => `v.${quoteName(column.name)}`), 'v._copy'].join(', ')
  const restored = favour === 'theirs' ? `OR (u.kind = 'removed' AND t.kind <> 'removed')` : ''
  const file = path.join(folder, 'merged.parquet')
  await duckdb.run(
    `COPY (SELECT * FROM (
       SELECT ${names} FROM by_them AS t LEFT JOIN by_us AS u ON u.key = t.key
       JOIN theirs AS v ON v._segment = t.to_segment AND v._position = t.to_position
       WHERE t.kind <> 'removed' AND (u.key IS NULL ${restored})
       ${hasKey ? `UNION ALL SELECT ${[...merged, '0 AS _copy'].join(', ')} FROM contested` : ''}
     )) TO ${quoteText(file)} (${parquetOptions})`,
  )
  const [upserts = 0] = await readNumbers(
    duckdb,
    `SELECT num_rows FROM parquet_file_metadata(${quoteText(file)})`,
  )
  const gone = await readTexts(
    duckdb,
    `SELECT t.key FROM by_them AS t LEFT JOIN by_us AS u ON u.key = t.key
     WHERE t.kind = 'removed' AND (u.key IS NULL ${favour === 'theirs' ? `OR u.kind <> 'removed'` : ''})`,
  )
  const deletesFile = path.join(folder, 'merged-deletes.jsonl')
  if (gone.length > 0)
    await writeFile(deletesFile, gone.map(key => JSON.stringify({ key })).join('\n'), { mode: 0o600 })
  return {
    conflicts: 0,
    shown: [],
    upsertsFile: upserts > 0 ? file : undefined,
    columns: schema.columns,
    deletesFile: gone.length > 0 ? deletesFile : undefined,
  }
}

async function showConflicts(
  { schema, mostConflicts }: StageMerge,
  cells: readonly { readonly column: Column; readonly index: number }[],
  anyConflict: string,
  oneRemoved: string,
  duckdb: DataTaskContext['duckdb'],
): Promise<MergeConflict[]> {
  const names = `[${cells.map(({ column, index }) => `CASE WHEN x${index} THEN ${quoteText(column.name)} END`).join(', ')}]`
  const row = (side: string): string => {
    const members = schema.columns.map(
      column =>
        `${quoteText(`${JSON.stringify(column.name)}:`)} || coalesce(${cellJson(column, side)}, 'null')`,
    )
    const text = members.length === 0 ? `'{}'` : `'{' || ${members.join(` || ',' || `)} || '}'`
    return `CASE WHEN ${side}._key IS NOT NULL THEN ${text} END`
  }
  await duckdb.run(
    `CREATE TEMP TABLE shown AS SELECT * FROM (
       SELECT key, 'cells' AS kind, to_json(list_filter(${names}, name -> name IS NOT NULL)) AS columns FROM contested WHERE ${anyConflict}
       UNION ALL SELECT key, 'row', '[]' FROM both_changed WHERE ${oneRemoved}
     ) ORDER BY key LIMIT ${mostConflicts}`,
  )
  const reader = await duckdb.runAndReadAll(
    `SELECT s.key, s.kind, CAST(s.columns AS VARCHAR), ${row('b')}, ${row('o')}, ${row('t')} FROM shown AS s
     JOIN both_changed AS c ON c.key = s.key
     LEFT JOIN base AS b ON b._segment = c.base_segment AND b._position = c.base_position
     LEFT JOIN ours AS o ON o._segment = c.our_segment AND o._position = c.our_position
     LEFT JOIN theirs AS t ON t._segment = c.their_segment AND t._position = c.their_position
     ORDER BY s.key`,
  )
  return reader.getRows().map(([key, kind, columns, base, ours, theirs]) => ({
    key: String(key),
    kind: kind as MergeConflict['kind'],
    columns: JSON.parse(String(columns)) as string[],
    base: toRow(base),
    ours: toRow(ours),
    theirs: toRow(theirs),
  }))
}

function toRow(text: unknown): Row | undefined {
  return text === null || text === undefined ? undefined : (JSON.parse(text as string) as Row)
}

/** An empty version under a schema, for sides that have no version in common. */
export function emptyFiles(schema: DatasetSchema): VersionFiles {
  return { versionId: '', schema, rows: 0, segments: [] }
}
