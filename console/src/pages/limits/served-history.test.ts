import { describe, expect, it } from 'bun:test'
import type { Queue } from '../../api/types.ts'
import { historyOf, recentTokens } from './served-history.ts'

const tenant = (name: string, served: number[]): Queue['tenants'][number] => ({
  tenant: name,
  weight: 1,
  counters: {},
  in_flight_requests: 0,
  queued_requests: 0,
  queued_tokens: 0,
  served_tokens: 0,
  served_history: served,
  wait_p50_ms: null,
  wait_p99_ms: null,
})

describe('historyOf', () => {
  it('has a row for each five seconds, with what every tenant got', () => {
    const queue = { tenants: [tenant('a', [1, 2]), tenant('b', [3, 4])] } as unknown as Queue
    const rows = historyOf(queue, Date.parse('2026-01-01T12:00:10Z'))
    expect(rows).toHaveLength(2)
    expect(rows[1]).toMatchObject({ a: 2, b: 4 })
    expect(rows[0]?.['tick']).not.toBe(rows[1]?.['tick'])
  })
})

describe('recentTokens', () => {
  it('counts the last minute only', () => {
    expect(recentTokens(tenant('a', [1_000, ...Array.from({ length: 12 }, () => 1)]))).toBe(12)
  })
})
