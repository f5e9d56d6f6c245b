import { DuckDBInstance } from '@duckdb/node-api'

/** Columns of the size and shape of traffic: 14 of numbers, 6 of categories. Half of them move in the current half. */
export async function makeRows(
  folder: string,
  rows: number,
): Promise<{ reference: string; current: string }> {
  const instance = await DuckDBInstance.create(':memory:')
  const duckdb = await instance.connect()
  const made = { reference: `${folder}/reference.parquet`, current: `${folder}/current.parquet` }
  for (const [side, file] of Object.entries(made)) {
    const isCurrent = side === 'current'
    const shift = isCurrent ? 1 : 0
    // sums of uniform values are near enough to normal, and hashes are the same on every machine
    const uniform = (column: number) => `(hash(range * 64 + ${column * 2 + shift}) % 1000003) / 1000003.0`
    const normal = (column: number) =>
      `((${uniform(column)} + ${uniform(column + 100)} + ${uniform(column + 200)} + ${uniform(column + 300)}) * 1.732 - 3.464)`
    const numbers = Array.from({ length: 14 }, (_, column) => {
      const moved = isCurrent && column % 2 === 0 ? 0.05 * (column + 1) : 0
      const value = `${normal(column)} + ${moved}`
      return `${column % 3 === 0 ? `exp(${value})` : column % 3 === 1 ? `round(100 * (${value}))` : value} AS number_${column}`
    })
    const categories = Array.from({ length: 6 }, (_, column) => {
      const many = [3, 5, 8, 12, 30, 120][column] ?? 3
      const skew = isCurrent && column % 2 === 0 ? 1.5 : 2
      return `'value ' || CAST(floor(${many} * pow(${uniform(column + 20)}, ${skew})) AS INTEGER) AS category_${column}`
    })
    await duckdb.run(
      `COPY (SELECT CAST(range AS VARCHAR) AS _id, ${[...numbers, ...categories].join(', ')} FROM range(${rows})) TO '${file}' (FORMAT parquet, COMPRESSION zstd)`,
    )
  }
  duckdb.closeSync()
  instance.closeSync()
  return made
}

export const numberNames = Array.from({ length: 14 }, (_, column) => `number_${column}`)
export const categoryNames = Array.from({ length: 6 }, (_, column) => `category_${column}`)
