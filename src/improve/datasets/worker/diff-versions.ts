import type { Row, RowKey } from '../dataset.ts'
import type { VersionFiles } from '../datasets.ts'
import { cellJson, createVersionView, quoteName, quoteText, readNumbers, rowJson, rowKey } from './sql.ts'
import type { DataTaskContext } from './tasks.ts'

export type RowChange = 'added' | 'changed' | 'removed'

export interface DiffVersions {
  readonly from: VersionFiles
  readonly to: VersionFiles
  /** Only these. */
  readonly kinds: readonly RowChange[]
  readonly after: RowKey | undefined
  readonly limit: number
  readonly mostBytes: number
  /** Left out on further pages. */
  readonly isCounted: boolean
}

export interface VersionsDiff {
  readonly counts:
    | {
        readonly added: number
        readonly changed: number
        readonly removed: number
        readonly unchanged: number
        /** How many of the changed rows differ in it. */
        readonly columns: Readonly<Record<string, number>>
      }
    | undefined
  readonly rows: readonly {
    readonly kind: RowChange
    readonly key: RowKey
    readonly before: Row | undefined
    readonly after: Row | undefined
    /** The columns that differ, of a changed row. */
    readonly columns: readonly string[]
  }[]
  readonly next: RowKey | undefined
}

/**
 * How rows differ between two versions, by key: counts, by column too, and a page of the rows. Segments that both have in
 * common are not read, so the cost follows what changed; rows are named by the key of the later version.
 */
export async function diffVersions(
  parameters: DiffVersions,
  { duckdb }: DataTaskContext,
): Promise<VersionsDiff> {
  const { kinds, after, limit, mostBytes } = parameters
  const key = parameters.to.schema.key
  const from = {
    ...parameters.from,
    schema: { ...parameters.from.schema, key: namable(parameters.from, key) },
  }
  const to = parameters.to
  await createVersionView(duckdb, 'version_from', from)
  await createVersionView(duckdb, 'version_to', to)
  await compareVersions(from, to, duckdb)
  const counts = parameters.isCounted ? await countChanges(from, to, duckdb) : undefined
  const wanted = kinds.map(quoteText).join(', ')
  const beyond = after === undefined ? '' : `AND key > ${quoteText(after)}`
  await duckdb.run(
    `CREATE TEMP TABLE page AS SELECT * FROM differing WHERE kind IN (${wanted || 'NULL'}) ${beyond} ORDER BY key LIMIT ${limit + 1}`,
  )
  const result = await duckdb.runAndReadAll(
    `SELECT page.kind, page.key, a.row, b.row FROM page
     LEFT JOIN (SELECT _segment, _position, ${rowJson(from.schema.columns)} AS row FROM version_from WHERE ${await placesOf(duckdb, 'from')}) AS a ON a._segment = page.from_segment AND a._position = page.from_position
     LEFT JOIN (SELECT _segment, _position, ${rowJson(to.schema.columns)} AS row FROM version_to WHERE ${await placesOf(duckdb, 'to')}) AS b ON b._segment = page.to_segment AND b._position = page.to_position
     ORDER BY page.key`,
  )
  const rows: VersionsDiff['rows'][number][] = []
  let bytes = 0
  for (const [kind, name, before, behind] of result.getRows()) {
    bytes += String(before).length + String(behind).length
    const last = rows.at(-1)
    if (last && (rows.length === limit || bytes > mostBytes)) return { counts, rows, next: last.key }
    const old = toRow(before)
    const now = toRow(behind)
    rows.push({
      kind: kind as RowChange,
      key: String(name),
      before: old,
      after: now,
      columns: old && now ? differing(old, now) : [],
    })
  }
  return { counts, rows, next: undefined }
}

/** The key of the later version, where the earlier one has its columns; else its own, so that nothing matches by chance. */
function namable(files: VersionFiles, key: readonly string[]): readonly string[] {
  const names = new Set(files.schema.columns.map(({ name }) => name))
  return key.every(name => names.has(name)) ? key : files.schema.key
}

/**
 * The table `differing (kind, key, from_segment, from_position, to_segment, to_position)`. A row of a segment that both versions have, at a
 * position that both have, is the same row: only the others are looked at.
 */
export async function compareVersions(
  from: VersionFiles,
  to: VersionFiles,
  duckdb: DataTaskContext['duckdb'],
  names: { readonly from: string; readonly to: string; readonly into: string } = {
    from: 'version_from',
    to: 'version_to',
    into: 'differing',
  },
): Promise<void> {
  const common = commonSegments(from, to)
  const isSameKey = rowKey(from.schema) === rowKey(to.schema)
  // where the key is another, the same row has another name
  const shared = isSameKey ? common : []
  const pairs =
    shared.length === 0
      ? '(SELECT 0 AS f, 0 AS t WHERE false)'
      : `(VALUES ${shared.map(([f, t]) => `(${f}, ${t})`).join(', ')})`
  const untouched = (own: 'from' | 'to'): string => {
    const other = own === 'from' ? 'to' : 'from'
    const [mine, theirs] = own === 'from' ? ['f', 't'] : ['t', 'f']
    const table = names[own]
    const alone = shared.map(pair => pair[own === 'from' ? 0 : 1])
    const rest = `SELECT _key, _hash, _segment, _position FROM ${table}`
    if (alone.length === 0) return rest
    // of common segments only the rows that the other has removed
    const lost = removedOf(own === 'from' ? to : from, names[other])
    const cut = lost
      ? `UNION ALL SELECT v._key, v._hash, v._segment, v._position FROM ${table} AS v JOIN ${pairs} AS pairs (f, t) ON pairs.${mine} = v._segment JOIN ${lost} AS r ON r.segment = pairs.${theirs} AND r.position = v._position WHERE v._segment IN (${alone.join(', ')})`
      : ''
    return `${rest} WHERE _segment NOT IN (${alone.join(', ')}) ${cut}`
  }
  await duckdb.run(
    `CREATE OR REPLACE TEMP TABLE ${names.into} AS
     SELECT CASE WHEN a._key IS NULL THEN 'added' WHEN b._key IS NULL THEN 'removed' ELSE 'changed' END AS kind,
       coalesce(a._key, b._key) AS key,
       a._segment AS from_segment, a._position AS from_position, b._segment AS to_segment, b._position AS to_position
     FROM (${untouched('from')}) AS a FULL JOIN (${untouched('to')}) AS b ON a._key = b._key
     WHERE a._hash IS DISTINCT FROM b._hash`,
  )
}

function removedOf(files: VersionFiles, view: string): string | undefined {
  return files.segments.some(({ removedFile }) => removedFile !== undefined)
    ? quoteName(`${view} removed`)
    : undefined
}

function commonSegments(from: VersionFiles, to: VersionFiles): [number, number][] {
  const places = new Map(to.segments.map(({ file }, index) => [file, index]))
  return from.segments.flatMap(({ file }, index) => {
    const place = places.get(file)
    return place === undefined ? [] : [[index, place] as [number, number]]
  })
}

async function countChanges(
  from: VersionFiles,
  to: VersionFiles,
  duckdb: DataTaskContext['duckdb'],
): Promise<VersionsDiff['counts']> {
  const [added = 0, changed = 0, removed = 0] = await readNumbers(
    duckdb,
    `SELECT count(*) FILTER (kind = 'added'), count(*) FILTER (kind = 'changed'), count(*) FILTER (kind = 'removed') FROM differing`,
  )
  const before = new Map(from.schema.columns.map(column => [column.name, column]))
  const after = new Map(to.schema.columns.map(column => [column.name, column]))
  const names = [...new Set([...before.keys(), ...after.keys()])]
  const columns: Record<string, number> = {}
  // picked first, so that nothing is worked out for rows that are the same
  const rowsAt = (side: 'from' | 'to'): string =>
    `SELECT v.* FROM version_${side} AS v SEMI JOIN (SELECT * FROM differing WHERE kind = 'changed') AS p ON p.${side}_segment = v._segment AND p.${side}_position = v._position`
  if (changed > 0) {
    const counted = names.map((name, index) => {
      const [old, now] = [before.get(name), after.get(name)]
      const left = old ? cellJson(old, 'a') : 'NULL'
      const right = now ? cellJson(now, 'b') : 'NULL'
      return `count(*) FILTER ((${left}) IS DISTINCT FROM (${right})) AS c${index}`
    })
    const numbers = await readNumbers(
      duckdb,
      `SELECT ${counted.join(', ')} FROM (SELECT * FROM differing WHERE kind = 'changed') AS d
       JOIN (${rowsAt('from')}) AS a ON a._segment = d.from_segment AND a._position = d.from_position
       JOIN (${rowsAt('to')}) AS b ON b._segment = d.to_segment AND b._position = d.to_position`,
    )
    for (const [index, name] of names.entries()) if (numbers[index]) columns[name] = numbers[index]
  }
  return { added, changed, removed, unchanged: from.rows - changed - removed, columns }
}

async function placesOf(duckdb: DataTaskContext['duckdb'], side: 'from' | 'to'): Promise<string> {
  const reader = await duckdb.runAndReadAll(
    `SELECT ${side}_segment, string_agg(CAST(${side}_position AS VARCHAR), ', ') FROM page WHERE ${side}_segment IS NOT NULL GROUP BY 1`,
  )
  const places = reader
    .getRows()
    .map(([segment, positions]) => `(_segment = ${String(segment)} AND _position IN (${String(positions)}))`)
  return places.length === 0 ? 'false' : places.join(' OR ')
}

function toRow(text: unknown): Row | undefined {
  return text === null || text === undefined ? undefined : (JSON.parse(text as string) as Row)
}

function differing(before: Row, after: Row): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].filter(
    name => JSON.stringify(before[name] ?? null) !== JSON.stringify(after[name] ?? null),
  )
}
