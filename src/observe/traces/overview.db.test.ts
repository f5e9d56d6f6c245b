import { describe, expect, it } from 'bun:test'
import { createTestDatabase } from '../../../test/database.ts'
import { createLogger, createMetricsRegistry } from '../../foundation/platform/index.ts'
import type { Database } from '../../foundation/platform/index.ts'
import type { Inference } from './inference.ts'
import { alignRange, readOverview } from './overview.ts'
import type { Overview } from './overview.ts'
import { sampleInference } from './sample-inference.ts'
import { createTraces } from './traces.ts'

const hourMs = 3_600_000
const noonMs = Date.UTC(2026, 2, 10, 12)

async function store(database: Database, inferences: readonly Inference[]): Promise<void> {
  const traces = createTraces({
    database,
    logger: createLogger({ level: 'silent' }),
    metrics: createMetricsRegistry(),
    options: { retentionDays: () => 60, now: () => noonMs },
  })
  for (const inference of inferences) traces.record(inference)
  await traces.stop()
  expect(traces.stats().written).toBe(inferences.length)
}

async function overview(
  database: Database,
  hours: number,
  scope: { tenant?: string; services?: string[] } = {},
): Promise<Overview> {
  const range = { sinceMs: noonMs - hours * hourMs, untilMs: noonMs }
  return await readOverview(database, { ...range, tenant: scope.tenant, services: scope.services }, noonMs)
}

describe('readOverview', () => {
  it('is empty, not broken, before the first inference', async () => {
    await using test = await createTestDatabase()
    const { totals, series, services, bucket_seconds } = await overview(test.database, 1)
    expect(totals.requests).toBe(0)
    expect(totals.latency_p95_ms).toBeNull()
    expect(totals.cost_nano_usd).toBeNull()
    expect(bucket_seconds).toBe(60)
    expect(series.length).toBe(60)
    expect(services).toEqual([])
  })

  it('counts outcomes, tokens and cost, and knows unpriced from free', async () => {
    await using test = await createTestDatabase()
    const startedAtMs = noonMs - 10 * 60_000
    await store(test.database, [
      sampleInference({ startedAtMs, costNanoUsd: 1_000 }),
      sampleInference({ startedAtMs, costNanoUsd: 0 }),
      sampleInference({ startedAtMs, costNanoUsd: undefined }),
      // Nothing was used: there is nothing to price.
      sampleInference({
        startedAtMs,
        costNanoUsd: undefined,
        outcome: 'error',
        status: 400,
        usage: undefined,
      }),
      sampleInference({ startedAtMs, costNanoUsd: 500, outcome: 'aborted', status: 499 }),
    ])
    const { totals, series } = await overview(test.database, 1)
    expect(totals).toMatchObject({
      requests: 5,
      errors: 1,
      aborted: 1,
      input_tokens: 4 * 125,
      output_tokens: 4 * 50,
      cost_nano_usd: 1_500,
      unpriced_requests: 1,
    })
    expect(series.filter(bucket => bucket.requests > 0)).toEqual([
      expect.objectContaining({
        at: new Date(startedAtMs).toISOString(),
        requests: 5,
        errors: 1,
        cost_nano_usd: 1_500,
        output_tokens_per_second: 200 / 60,
      }),
    ])
  })

  it('takes percentiles over successful inferences, across batches and processes', async () => {
    await using test = await createTestDatabase()
    const startedAtMs = noonMs - 5 * 60_000
    const inferences = Array.from({ length: 1_000 }, (_, index) =>
      sampleInference({
        startedAtMs: startedAtMs + index,
        latencyMs: index + 1,
        timeToFirstTokenMs: (index + 1) / 10,
      }),
    )
    const failures = Array.from({ length: 500 }, () =>
      sampleInference({ startedAtMs, latencyMs: 0.1, outcome: 'error', status: 429 }),
    )
    await store(test.database, inferences.slice(0, 300))
    await store(test.database, [...failures, ...inferences.slice(300)])
    const { totals } = await overview(test.database, 1)
    expect(Math.abs(totals.latency_p50_ms! / 500 - 1)).toBeLessThan(0.015)
    expect(Math.abs(totals.latency_p95_ms! / 950 - 1)).toBeLessThan(0.015)
    expect(Math.abs(totals.ttft_p50_ms! / 50 - 1)).toBeLessThan(0.015)
    expect(Math.abs(totals.ttft_p95_ms! / 95 - 1)).toBeLessThan(0.015)
  })

  it('compares with the period before, and leaves out what is older', async () => {
    await using test = await createTestDatabase()
    const at = (hours: number) => sampleInference({ startedAtMs: noonMs - hours * hourMs })
    await store(test.database, [at(0.5), at(23), at(25), at(30), at(47), at(49)])
    const { totals, previous, series } = await overview(test.database, 24)
    expect(totals.requests).toBe(2)
    expect(previous.requests).toBe(3)
    expect(series.reduce((sum, bucket) => sum + bucket.requests, 0)).toBe(2)
  })

  it('agrees with itself whatever width of rollup it reads', async () => {
    await using test = await createTestDatabase()
    await store(
      test.database,
      Array.from({ length: 300 }, (_, index) =>
        sampleInference({ startedAtMs: noonMs - 60_000 * index - 1 }),
      ),
    )
    for (const hours of [6, 24, 24 * 7, 24 * 30]) {
      const { totals, series } = await overview(test.database, hours)
      expect(totals.requests).toBe(300)
      expect(totals.latency_p50_ms).toBeCloseTo(200, -1)
      expect(series.reduce((sum, bucket) => sum + bucket.requests, 0)).toBe(300)
    }
  })

  it('keeps to one tenant, and to the services asked for', async () => {
    await using test = await createTestDatabase()
    const startedAtMs = noonMs - 60_000
    await store(test.database, [
      sampleInference({ startedAtMs, tenant: 'a', service: 'support' }),
      sampleInference({ startedAtMs, tenant: 'a', service: 'search', outcome: 'error', status: 502 }),
      sampleInference({ startedAtMs, tenant: 'a', service: 'search' }),
      sampleInference({ startedAtMs, tenant: 'b', service: 'support' }),
    ])
    expect((await overview(test.database, 1)).totals.requests).toBe(4)
    const { totals, services } = await overview(test.database, 1, { tenant: 'a' })
    expect(totals.requests).toBe(3)
    expect(services.map(({ service, requests, errors }) => [service, requests, errors])).toEqual([
      ['search', 2, 1],
      ['support', 1, 0],
    ])
    const only = await overview(test.database, 1, { tenant: 'a', services: ['support'] })
    expect(only.totals.requests).toBe(1)
    expect((await overview(test.database, 1, { services: [] })).totals.requests).toBe(0)
  })
})

describe('alignRange', () => {
  it('gives at most 120 buckets of a round width, or a week each', () => {
    const widthOf = (hours: number) => alignRange(noonMs - hours * hourMs, noonMs).bucketSeconds
    expect([1, 2, 6, 24, 24 * 7, 24 * 30, 24 * 90, 24 * 365].map(widthOf)).toEqual([
      60, 60, 300, 900, 7_200, 21_600, 86_400, 604_800,
    ])
  })

  it('widens a range to whole buckets', () => {
    const { sinceMs, untilMs } = alignRange(noonMs - hourMs + 1, noonMs + 1)
    expect(sinceMs).toBe(noonMs - hourMs)
    expect(untilMs).toBe(noonMs + 60_000)
  })

  it('refuses a range that ends before it begins, or is too long', () => {
    expect(() => alignRange(noonMs, noonMs)).toThrow('`since` must be before `until`')
    expect(() => alignRange(noonMs - 900 * 24 * hourMs, noonMs)).toThrow('at most 800 days')
  })
})
