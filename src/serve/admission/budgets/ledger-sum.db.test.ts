import { expect, it } from 'bun:test'
import { createTestDatabase } from '../../../../test/database.ts'
import { createId } from '../../../foundation/platform/index.ts'
import { sumLedger } from './ledger-sum-store.ts'

it('sums a period of the ledger, its end without, by tenant and services; what has no price adds nothing', async () => {
  await using test = await createTestDatabase()
  const { database } = test
  const add = async (
    at: string,
    tenant: string,
    service: string,
    cost: number | null,
    isInterrupted = false,
  ) =>
    await database.query(
      `INSERT INTO ledger_entries (id, at, request_id, tenant, key_id, service, cost_nano_usd, is_estimate, is_interrupted)
       VALUES ($1, $2, 'r', $3, 'k', $4, $5, false, $6)`,
      [createId(), at, tenant, service, cost, isInterrupted],
    )
  await add('2026-03-01T00:00:00Z', 'a', 'chat', 100)
  await add('2026-03-01T23:59:59.999Z', 'b', 'search', 20, true)
  await add('2026-03-01T12:00:00Z', 'a', 'search', null)
  await add('2026-03-02T00:00:00Z', 'a', 'chat', 4_000)
  const day = { since: new Date('2026-03-01'), until: new Date('2026-03-02') }
  const all = { tenant: undefined, services: undefined }
  expect(await sumLedger(database, { ...day, ...all })).toEqual({
    inferences: 3,
    costNanoUsd: 120,
    interrupted: 1,
  })
  expect((await sumLedger(database, { ...day, ...all, tenant: 'a' })).costNanoUsd).toBe(100)
  expect((await sumLedger(database, { ...day, ...all, services: ['search'] })).inferences).toBe(2)
})
