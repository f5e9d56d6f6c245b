import { describe, expect, it } from 'bun:test'
import { drill } from '../../bench/money/drill.ts'
import { clearOfTheHour } from '../until.ts'

describe('the books', () => {
  it('are right to the nano-dollar after servers and Postgres were killed, and no budget is overspent', async () => {
    await clearOfTheHour(60_000)
    const result = await drill({
      replicas: 2,
      clients: 40,
      seconds: 14,
      budgetUsd: 0.3,
      seed: 7,
      log: () => undefined,
    })
    expect(result.kills.replicas).toBeGreaterThan(0)
    expect(result.exactEntries).toBeGreaterThan(100)
    expect(result.estimates).toBeGreaterThan(0)
    expect(result).toMatchObject({
      wrongEntries: 0,
      missingRequests: 0,
      underestimates: 0,
      overspentNanoUsd: 0,
    })
    expect(result.exactNanoUsd).toBe(result.exactTruthNanoUsd)
  }, 180_000)
})
