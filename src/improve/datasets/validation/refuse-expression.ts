import type { DuckDBConnection } from '@duckdb/node-api'
import { suggest } from '../../../foundation/config/index.ts'
import { quoteText } from '../worker/sql.ts'

/**
 * Why an expression of a definition is not evaluated: it is no expression on the columns of a row, or it does not fit the columns;
 * nothing where it is well.
 */
export async function refuseExpression(
  duckdb: DuckDBConnection,
  view: string,
  expression: string,
  columns: readonly string[],
): Promise<string | undefined> {
  const tree = await parse(duckdb, expression)
  if (tree.error) return `${tree.error_message ?? 'it is no SQL'}.`
  const node = tree.statements?.[0]?.node
  const list = node?.['select_list']
  const from = node?.['from_table'] as { readonly type?: string } | undefined
  if (tree.statements?.length !== 1 || !Array.isArray(list) || list.length !== 1 || from?.type !== 'EMPTY')
    return 'it is more than one expression.'
  if (mentions(list, 'SUBQUERY')) return 'it asks other rows; a rule is about one row.'
  if (mentions(list, 'WINDOW')) return 'it asks other rows; a rule is about one row.'
  try {
    const prepared = await duckdb.prepare(`SELECT (${expression}\n) FROM ${view}`)
    prepared.destroySync()
    return undefined
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const unknown = /Referenced column "([^"]+)" (?:was )?not found/.exec(message)?.[1]
    if (unknown !== undefined) {
      const meant = suggest(unknown, columns)
      return `there is no column \`${unknown}\`.${meant === undefined ? '' : ` Did you mean \`${meant}\`?`}`
    }
    return `${message.split('\n\nLINE')[0]?.replaceAll(/\s+/g, ' ')}.`
  }
}

interface Parsed {
  readonly error: boolean
  readonly error_message?: string
  readonly statements?: readonly { readonly node: Record<string, unknown> }[]
}

async function parse(duckdb: DuckDBConnection, expression: string): Promise<Parsed> {
  const parsed = await duckdb.runAndReadAll(
    `SELECT json_serialize_sql(${quoteText(`SELECT (${expression}\n)`)})`,
  )
  return JSON.parse(String(parsed.getRows()[0]?.[0])) as Parsed
}

function mentions(node: unknown, kind: string): boolean {
  if (Array.isArray(node)) return node.some(each => mentions(each, kind))
  if (typeof node !== 'object' || node === null) return false
  return ('class' in node && node.class === kind) || Object.values(node).some(each => mentions(each, kind))
}

/**
 * Whether an expression says the same of a row whenever and wherever it lies: it names columns of the schema alone, and calls what
 * always gives the same. Where that cannot be seen, it counts as not so.
 */
export async function isPure(
  duckdb: DuckDBConnection,
  expression: string,
  columns: readonly string[],
): Promise<boolean> {
  const tree = await parse(duckdb, expression)
  if (tree.error) return false
  const known = new Set(columns.map(name => name.toLowerCase()))
  const called = new Set<string>()
  const isWell = (node: unknown): boolean => {
    if (Array.isArray(node)) return node.every(isWell)
    if (typeof node !== 'object' || node === null) return true
    const {
      class: kind,
      column_names: names,
      function_name: name,
    } = node as Readonly<Record<string, unknown>>
    if (kind === 'COLUMN_REF')
      return Array.isArray(names) && names.length === 1 && known.has(String(names[0]).toLowerCase())
    if (typeof kind === 'string' && !pureKinds.has(kind)) return false
    if (typeof name === 'string') called.add(name.toLowerCase())
    return Object.values(node).every(isWell)
  }
  if (!isWell(tree.statements?.[0]?.node?.['select_list'])) return false
  if (called.size === 0) return true
  const names = [...called].map(quoteText).join(', ')
  const reader = await duckdb.runAndReadAll(
    `SELECT count(DISTINCT lower(function_name)) FROM duckdb_functions() WHERE lower(function_name) IN (${names}) AND function_name NOT IN (SELECT function_name FROM duckdb_functions() WHERE function_type <> 'scalar' OR stability IS DISTINCT FROM 'CONSISTENT')`,
  )
  return Number(reader.getRows()[0]?.[0]) === called.size
}

/** Of DuckDB's expressions, those that are made of their parts alone. */
const pureKinds: ReadonlySet<string> = new Set([
  'BETWEEN',
  'CASE',
  'CAST',
  'COMPARISON',
  'CONJUNCTION',
  'CONSTANT',
  'FUNCTION',
  'OPERATOR',
])
