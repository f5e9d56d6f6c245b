import type { DuckDBConnection } from '@duckdb/node-api'
import type { DatasetSchema } from '../dataset.ts'
import { asReadable, columnIn } from '../validation/cells.ts'
import { whereOf } from '../validation/where.ts'

export interface TextSource {
  readonly view: string
  /** The text of a row, as SQL. */
  readonly text: string
  readonly where: string | undefined
  /** As they lie by default. */
  readonly order?: string | undefined
}

/** The texts of columns together, as SQL; of conversations, what is said in them. */
export function textOf(schema: DatasetSchema, columns: readonly string[]): string {
  return `concat_ws(chr(10), ${columns.map(name => asReadable(columnIn(schema, name))).join(', ')})`
}

/**
 * Reads the texts of rows in batches, always in the same order, and knows afterwards which row each was. Sorts nothing where no order is asked
 * for: DuckDB keeps the one in which rows lie.
 */
export class TextReader {
  readonly #duckdb: DuckDBConnection
  readonly #source: TextSource
  #rows: number[] = []

  constructor(duckdb: DuckDBConnection, source: TextSource) {
    this.#duckdb = duckdb
    this.#source = source
  }

  /** How many there were when they were last read. */
  get count(): number {
    return this.#rows.length
  }

  /** `_row` of the text with this number. */
  rowOf(number: number): number {
    return this.#rows[number] ?? 0
  }

  async *read(): AsyncGenerator<string[]> {
    const { view, text, where, order } = this.#source
    const result = await this.#duckdb.stream(
      `SELECT _row, ${text} FROM ${view}${whereOf(where)}${order === undefined ? '' : ` ORDER BY ${order}`}`,
    )
    const before = this.#rows
    const rows: number[] = []
    this.#rows = rows
    for (;;) {
      const chunk = await result.fetchChunk()
      if (!chunk || chunk.rowCount === 0) break
      for (const row of chunk.getColumnValues(0)) rows.push(Number(row))
      yield chunk.getColumnValues(1).map(value => (typeof value === 'string' ? value : ''))
    }
    if (before.length > 0 && (before.length !== rows.length || before.some((row, at) => row !== rows[at])))
      throw new Error('Rows were read in another order the second time.')
  }
}
