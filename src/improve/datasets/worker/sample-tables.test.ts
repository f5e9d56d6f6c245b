import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openDuckdb } from './open-duckdb.ts'
import { decideKinds, openSampleTables } from './sample-tables.ts'

let folder: string
let duckdb: Awaited<ReturnType<typeof openDuckdb>>

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'slipway-sample-'))
  const limits = { memoryMegabytes: 256, threads: 4, spillMegabytes: 500 }
  duckdb = await openDuckdb(limits, path.join(folder, 'spill'))
  const file = path.join(folder, 'rows.parquet')
  const { connection } = duckdb
  // more than one group of rows, so that several threads read
  await connection.run(
    `COPY (SELECT 'k' || range AS _id, range::DOUBLE AS number, 'value ' || range % 7 AS category,
       repeat('long ', 10 + (range % 50)::INT) || range AS text, '[' || range % 3 || ', -1.5e0]' AS vector, CASE WHEN range % 10 = 0 THEN range % 2 END AS label
     FROM range(300000)) TO '${file}' (FORMAT parquet)`,
  )
  await connection.run(`CREATE VIEW reference AS SELECT * FROM read_parquet('${file}')`)
  await connection.run(`CREATE TABLE current AS SELECT * FROM reference WHERE number % 3 < 2`)
})

afterAll(async () => {
  duckdb.close()
  await rm(folder, { recursive: true, force: true })
})

describe('openSampleTables', () => {
  it('reads each column in the same order of rows', async () => {
    const reader = await openSampleTables(duckdb.connection)
    expect(reader.rows).toEqual({ reference: 300_000, current: 200_000 })
    const numbers = await reader.numbers({ name: 'number', kind: 'number' })
    const lengths = await reader.numbers({ name: 'text', kind: 'text' })
    const categories = await reader.categories({ name: 'category', kind: 'category' }, 500)
    for (const side of ['reference', 'current'] as const) {
      let wrong = 0
      for (const [row, number] of numbers[side].entries()) {
        const length = 5 * (10 + (number % 50)) + String(number).length
        const isRight =
          lengths[side][row] === length &&
          categories.values[categories[side][row] ?? 0] === `value ${number % 7}`
        if (!isRight) wrong += 1
      }
      expect(wrong).toBe(0)
    }
  })

  it('calls what is rarer than those named another, and what is not there none', async () => {
    const reader = await openSampleTables(duckdb.connection)
    const few = await reader.categories({ name: 'category', kind: 'category' }, 2)
    expect(few.values).toHaveLength(4)
    expect(few.values.at(-1)).toBe('another')
    const label = await reader.categories({ name: 'label', kind: 'category' }, 10)
    expect(label.reference.filter(code => code === 0)).toHaveLength(270_000)
  })

  it('draws the same rows for the same seed, of those that have a value where it is asked for', async () => {
    const reader = await openSampleTables(duckdb.connection)
    const columns = [
      { name: 'label', kind: 'number' },
      { name: 'vector', kind: 'vector' },
    ] as const
    const ids = async (seed: string) =>
      (await reader.sample(columns, 200, seed, 'label')).current.map(({ id }) => id)
    expect(await ids('1')).toEqual(await ids('1'))
    expect(await ids('1')).not.toEqual(await ids('2'))
    const { current } = await reader.sample(columns, 200, '1', 'label')
    expect(current).toHaveLength(200)
    expect(current.every(({ cells }) => cells['label'] === 0 || cells['label'] === 1)).toBe(true)
    expect(current[0]?.cells['vector']).toEqual([expect.any(Number), -1.5])
  })

  it('takes texts of few values for categories, lists of numbers for vectors, the rest for texts', async () => {
    const kinds = await decideKinds(duckdb.connection, [
      { name: 'category', kind: 'auto' },
      { name: 'vector', kind: 'auto' },
      { name: 'text', kind: 'auto' },
      { name: 'number', kind: 'number' },
    ])
    expect(kinds.map(({ kind }) => kind)).toEqual(['category', 'vector', 'text', 'number'])
  })
})
