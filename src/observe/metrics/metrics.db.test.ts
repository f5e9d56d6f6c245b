import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { Counter, Gauge, Histogram } from 'prom-client'
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { createLogger, createMetricsRegistry, describeMetrics } from '../../foundation/platform/index.ts'
import { rollUpMetrics } from './metrics-jobs.ts'
import { createMetricsRecorder } from './recorder.ts'
import type { CountedMetric } from './sampler.ts'
import { createSeriesReader } from './series-reader.ts'
import { readRows } from './series-store.ts'

const logger = createLogger({ level: 'silent' })
const startMs = Date.parse('2026-03-04T10:00:00Z')
let nowMs = startMs
const now = () => nowMs
let test: TestDatabase

beforeAll(async () => {
  test = await createTestDatabase()
})
afterAll(async () => await test[Symbol.asyncDispose]())

/** A server with three metrics of its own. */
function startServer() {
  const registry = createMetricsRegistry()
  const registers = [registry]
  const calls = new Counter({
    name: 'calls_total',
    help: 'Calls.',
    labelNames: ['service', 'outcome'],
    registers,
  })
  const waiting = new Gauge({ name: 'waiting', help: 'Waiting.', registers })
  const seconds = new Histogram({ name: 'seconds', help: 'Seconds.', buckets: [0.1, 1, 10], registers })
  const shared = new Gauge({ name: 'shared', help: 'Seen alike by all.', aggregator: 'max', registers })
  const recorder = createMetricsRecorder({
    database: test.database,
    logger,
    registry,
    gather: async () => (await registry.getMetricsAsJSON()) as unknown as CountedMetric[],
    now,
  })
  const catalogue = describeMetrics(registry)
  const reader = createSeriesReader({
    database: test.database,
    recorder,
    describe: name => catalogue.find(metric => metric.name === name),
    logger,
    now,
  })
  return { calls, waiting, seconds, shared, recorder, reader }
}

const job = { jobId: '', logger, signal: new AbortController().signal }

describe('metrics of two replicas', () => {
  it('adds up what was counted on both, over any stretch, across a restart and at every width', async () => {
    const first = startServer()
    let second = startServer()
    // 70 minutes: a call that succeeds every ten seconds on each, one that fails every minute on the first
    for (let tick = 1; tick <= 420; tick += 1) {
      nowMs = startMs + tick * 10_000
      if (tick === 200) second = startServer()
      first.calls.inc({ service: 'a', outcome: 'ok' })
      second.calls.inc({ service: 'a', outcome: 'ok' })
      if (tick % 6 === 0) first.calls.inc({ service: 'a', outcome: 'error' })
      first.waiting.set(tick % 6)
      second.waiting.set(10)
      first.shared.set(5)
      second.shared.set(7)
      first.seconds.observe(tick % 10 === 0 ? 5 : 0.5)
      await Promise.all([first.recorder.sample(), second.recorder.sample()])
      if (tick === 384) await rollUpMetrics({ database: test.database, now }).run({}, job)
    }
    nowMs += 3_000
    for (const { reader } of [first, second]) {
      const look = reader.look()
      const increase = async (over: string) =>
        (await look.ask({ metric: 'calls_total', where: { outcome: 'ok' }, measure: 'increase', over }))[0]
          ?.value
      expect(await increase('1m')).toBe(12)
      expect(await increase('10m')).toBe(120)
      expect(await increase('30m')).toBe(360)
      expect(await increase('70m')).toBe(840)
      // hours, minutes and tens of seconds together
      expect(await increase('24h')).toBe(840)
      const share = await look.ask({
        metric: 'calls_total',
        where: { outcome: 'error' },
        measure: 'rate',
        over: '60m',
        by: ['service'],
        per: { metric: 'calls_total' },
      })
      expect(share).toEqual([{ labels: { service: 'a' }, value: expect.closeTo(60 / 780, 9), samples: 780 }])
      const waiting = async (measure: 'average' | 'highest' | 'lowest' | 'latest') =>
        await look.ask({ metric: 'waiting', measure, over: '60m' })
      // 5 and 10; in the minute of the restart the highest of all three is all that is known
      expect((await waiting('highest'))[0]?.value).toBe(25)
      expect((await look.ask({ metric: 'waiting', measure: 'highest', over: '10m' }))[0]?.value).toBe(15)
      expect((await waiting('average'))[0]?.value).toBeCloseTo(12.5, 9)
      expect((await look.ask({ metric: 'shared', measure: 'latest', over: '1m' }))[0]?.value).toBe(7)
      const quantile = (q: number) =>
        look.ask({ metric: 'seconds', measure: 'quantile', quantile: q, over: '60m' })
      expect((await quantile(0.5))[0]?.value).toBeCloseTo(0.1 + 0.9 * (180 / 324), 6)
      expect((await quantile(0.95))[0]?.value).toBeCloseTo(1 + 9 * ((342 - 324) / 36), 6)
    }
    const range = await first.reader.range(
      { metric: 'calls_total', measure: 'rate', over: '5m', by: ['outcome'], where: { outcome: '!error' } },
      { fromMs: nowMs - 603_000, toMs: nowMs - 3_000, stepSeconds: 60 },
    )
    expect(range).toEqual([{ labels: { outcome: 'ok' }, values: Array.from({ length: 10 }, () => 0.2) }])

    await rollUpMetrics({ database: test.database, now: () => nowMs + 24 * 3_600_000 }).run({}, job)
    const tens = await readRows(test.database, undefined, { widthSeconds: 10, fromMs: 0, toMs: nowMs + 1 })
    expect(tens).toEqual([])
  }, 120_000)

  it('keeps what it cannot write, shows it from memory, and writes it later', async () => {
    const server = startServer()
    nowMs += 10_000
    await server.recorder.sample()
    await test.database.query('alter table metric_points rename to away')
    for (let tick = 0; tick < 12; tick += 1) {
      nowMs += 10_000
      server.calls.inc({ service: 'b', outcome: 'ok' })
      await server.recorder.sample()
    }
    const ask = () =>
      server.reader
        .look(nowMs + 3_000)
        .ask({ metric: 'calls_total', where: { service: 'b' }, measure: 'increase', over: '2m' })
    expect((await ask())[0]?.value).toBe(12)
    await test.database.query('alter table away rename to metric_points')
    nowMs += 10_000
    await server.recorder.sample()
    const stretch = { widthSeconds: 10, fromMs: nowMs - 140_000, toMs: nowMs }
    const rows = await readRows(test.database, ['calls_total'], stretch)
    const ofB = rows.flatMap(row => row.points).filter(point => point.labels['service'] === 'b')
    expect(ofB.length).toBe(12)
  })
})
