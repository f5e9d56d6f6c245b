import { Failure } from '../../../foundation/platform/index.ts'
import type { VersionFiles } from '../datasets.ts'
import type { SplitsDefinition } from '../definition.ts'
import { lockDown } from './open-duckdb.ts'
import { sayWhatIsWrong } from './read-rows.ts'
import { createVersionView, quoteName, quoteText, splitOf } from './sql.ts'
import type { DataTaskContext } from './tasks.ts'

/**
 * The names of all tables that a query names and does not declare itself. Throws `invalid_request` where it is not one SELECT
 * statement.
 */
export async function readQueryTables(
  { sql }: { readonly sql: string },
  { duckdb }: DataTaskContext,
): Promise<string[]> {
  await lockDown(duckdb, [])
  const reader = await duckdb.runAndReadAll(`SELECT json_serialize_sql(${quoteText(sql)})`)
  const parsed = JSON.parse(String(reader.getRows()[0]?.[0])) as {
    error: boolean
    error_message?: string
    statements?: readonly unknown[]
  }
  const isSelect = !/Only SELECT statements/i.test(parsed.error_message ?? '')
  if (parsed.error && isSelect) throw refuse(`${parsed.error_message ?? 'it cannot be read'}`)
  if (parsed.error || parsed.statements?.length !== 1)
    throw refuse('a query is one SELECT statement; rows are changed by commits')
  const names = new Set<string>()
  const declared = new Set<string>()
  collect(parsed.statements[0], names, declared)
  return [...names].filter(name => !declared.has(name))
}

function refuse(why: string): Failure {
  return new Failure('invalid_request', `sql: ${why.slice(0, 500)}.`, { details: { parameter: 'sql' } })
}

function collect(node: unknown, names: Set<string>, declared: Set<string>): void {
  if (Array.isArray(node)) {
    for (const item of node) collect(item, names, declared)
    return
  }
  if (typeof node !== 'object' || node === null) return
  const { type, table_name: table, schema_name: schema, cte_map: tables } = node as Record<string, unknown>
  if (type === 'BASE_TABLE' && typeof table === 'string' && schema === '') names.add(table)
  const { map } = (tables ?? {}) as { map?: readonly { key?: unknown }[] }
  for (const { key } of map ?? []) if (typeof key === 'string') declared.add(key)
  for (const value of Object.values(node)) collect(value, names, declared)
}

export interface QueryVersions {
  readonly sql: string
  readonly tables: readonly {
    /** As the query names it. */
    readonly name: string
    readonly files: VersionFiles
    readonly split?: { readonly name: string; readonly splits: SplitsDefinition } | undefined
    readonly splits?: SplitsDefinition | undefined
  }[]
  readonly mostRows: number
  readonly mostBytes: number
}

export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly (readonly unknown[])[]
  /** Whether there were more rows than are given. */
  readonly isCut: boolean
}

/** Runs a query over versions that it names as tables, shut in: no files but theirs, no network, no settings. */
export async function queryVersions(
  { sql, tables, mostRows, mostBytes }: QueryVersions,
  { duckdb }: DataTaskContext,
): Promise<QueryResult> {
  for (const [index, { name, files, split, splits }] of tables.entries()) {
    await createVersionView(duckdb, `_version_${index}`, files)
    const part = splits ? `, ${splitOf(splits, files.schema)} AS _split` : ''
    const filter = split ? ` WHERE ${splitOf(split.splits, files.schema)} = ${quoteText(split.name)}` : ''
    await duckdb.run(
      `CREATE TEMP VIEW ${quoteName(name)} AS SELECT * EXCLUDE (_hash, _copy, _segment, _position)${part} FROM _version_${index}${filter}`,
    )
  }
  await lockDown(
    duckdb,
    tables.flatMap(({ files }) => files.segments.map(({ file }) => file)),
  )
  try {
    return await read(sql, mostRows, mostBytes, duckdb)
  } catch (error) {
    throw error instanceof Error ? sayWhatIsWrong(error, 'sql') : error
  }
}

async function read(
  sql: string,
  mostRows: number,
  mostBytes: number,
  duckdb: DataTaskContext['duckdb'],
): Promise<QueryResult> {
  const result = await duckdb.stream(`SELECT * FROM (${sql.trim().replace(/;\s*$/, '')}\n)`)
  const columns = result.columnNames().map((name, index) => ({
    name,
    type: String(result.columnType(index)),
  }))
  const rows: unknown[][] = []
  let bytes = 0
  for (;;) {
    const chunk = await result.fetchChunk()
    if (!chunk || chunk.rowCount === 0) return { columns, rows, isCut: false }
    for (const values of chunk.getRows()) {
      const row = values.map(toJson)
      bytes += JSON.stringify(row).length
      if (rows.length === mostRows || bytes > mostBytes) return { columns, rows, isCut: true }
      rows.push(row)
    }
  }
}

/** Whole numbers beyond what JSON readers hold exactly, and all that JSON has no word for, become texts. */
function toJson(value: unknown): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value !== 'object') return null
  const { items, entries } = value as { items?: readonly unknown[]; entries?: unknown }
  if (Array.isArray(items)) return items.map(toJson)
  if (Array.isArray(entries))
    return Object.fromEntries(
      (entries as { key: unknown; value: unknown }[]).map(entry => [
        String(toJson(entry.key)),
        toJson(entry.value),
      ]),
    )
  if (typeof entries === 'object' && entries !== null)
    return Object.fromEntries(Object.entries(entries).map(([name, member]) => [name, toJson(member)]))
  // dates, times, decimals, intervals … say themselves
  return (value as { toString(): string }).toString()
}
