import { describe, expect, it } from 'bun:test'
import { createTestDatabase } from '../../../../test/database.ts'

describe('openDatabase', () => {
  it('gives 8-byte integers as numbers and dates as text', async () => {
    await using test = await createTestDatabase()
    const rows = await test.database.query(
      `SELECT 9007199254740991::int8 AS big, ARRAY[1, NULL, 3]::int8[] AS many, DATE '2026-02-28' AS day`,
    )
    expect(rows).toEqual([{ big: 9007199254740991, many: [1, null, 3], day: '2026-02-28' }])
  })
})
