import { describe, expect, it } from 'bun:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTestDatabase } from '../../../test/database.ts'
import {
  createId,
  createLogger,
  createMetricsRegistry,
  openDatabase,
} from '../../foundation/platform/index.ts'
import type { Database } from '../../foundation/platform/index.ts'
import { createCuttableDatabase } from './cuttable-database.ts'
import type { Inference } from './inference.ts'
import { listInferences } from './inference-store.ts'
import { readOverview } from './overview.ts'
import { idAt, sampleInference } from './sample-inference.ts'
import { createTraces } from './traces.ts'
import type { TracesOptions } from './traces.ts'

const logger = createLogger({ level: 'silent' })
const dayMs = 86_400_000

function create(database: Database, options: Partial<TracesOptions> = {}) {
  const metrics = createMetricsRegistry()
  const traces = createTraces({ database, logger, metrics, options: { retentionDays: () => 30, ...options } })
  return { traces, metrics }
}

async function countOf(database: Database, table: string): Promise<number> {
  const [row] = await database.query<{ count: number }>(`select count(*) as count from ${table}`)
  return row!.count
}

async function rolledUp(database: Database): Promise<number> {
  const nowMs = Date.now()
  const range = { sinceMs: nowMs - dayMs, untilMs: nowMs + dayMs, tenant: undefined, services: undefined }
  return (await readOverview(database, range, nowMs)).totals.requests
}

async function eventually(isTrue: () => boolean): Promise<void> {
  for (let round = 0; round < 3_000 && !isTrue(); round += 1) await sleep(10)
  expect(isTrue()).toBe(true)
}

describe('record', () => {
  it('stores every field, soon and by itself', async () => {
    await using test = await createTestDatabase()
    const { traces } = create(test.database)
    const inference: Inference = sampleInference({
      parentSpanId: 'b7ad6b7169203331',
      outcome: 'error',
      status: 502,
      failureCode: 'upstream_error',
      failureMessage: 'It broke.',
      usage: {
        inputTokens: 1,
        cacheReadTokens: 2,
        cacheWriteTokens: 3,
        cacheWriteHourTokens: 4,
        audioInputTokens: 5,
        imageInputTokens: 6,
        outputTokens: 7,
        reasoningTokens: 8,
        audioOutputTokens: 9,
        imageOutputTokens: 10,
        units: { searches: 11 },
      },
      rollout: 'rollout-1',
      rolloutStep: 2,
      arm: 'candidate',
      isShadow: true,
      reportedCostNanoUsd: 12,
      serviceTier: 'flex',
      upstreamId: 'chatcmpl-1',
      startedAtMs: 1_767_225_600_123,
      id: createId(),
    })
    const bare = sampleInference({
      release: undefined,
      target: undefined,
      upstreamModel: undefined,
      finishReason: undefined,
      usage: undefined,
      costNanoUsd: undefined,
      timeToFirstTokenMs: undefined,
      upstreamStartMs: undefined,
      upstreamHeadersMs: undefined,
    })
    traces.record(inference)
    traces.record(bare)
    expect(traces.stats()).toEqual({ queued: 2, written: 0, lost: 0 })
    await eventually(() => traces.stats().written === 2)
    expect(await traces.find(inference.id)).toEqual(inference)
    expect(await traces.find(bare.id)).toEqual(bare)
    await traces.stop()
  })

  it('keeps an inference findable while it is still on its way into the database', async () => {
    await using test = await createTestDatabase()
    const { traces } = create(test.database, { intervalMs: 60_000 })
    const inference = sampleInference()
    traces.record(inference)
    expect((await traces.find(inference.id))?.id).toBe(inference.id)
    expect(await traces.find(createId())).toBeUndefined()
    await traces.stop()
  })

  it('finds one that is recorded a moment after it is asked for: masked meanwhile, or queued in another process', async () => {
    await using test = await createTestDatabase()
    const { traces } = create(test.database)
    const other = create(test.database, { intervalMs: 100 })
    const inference = sampleInference({ id: createId() })
    const finding = traces.find(inference.id)
    await Bun.sleep(100)
    other.traces.record(inference)
    expect((await finding)?.id).toBe(inference.id)
    await Promise.all([traces.stop(), other.traces.stop()])
  })

  it('stores text that Postgres has no room for: NUL and half characters', async () => {
    await using test = await createTestDatabase()
    const { traces } = create(test.database)
    const content = { request: 'nul \0 half \ud83d', response: { 'a\0': '\udc00' } }
    const inference = sampleInference({ failureMessage: 'nul \0 half \ud83d', requestId: 'r\0', content })
    traces.record(inference)
    await traces.flush()
    expect(traces.stats()).toEqual({ queued: 0, written: 1, lost: 0 })
    expect((await traces.find(inference.id))?.failureMessage).toBe('nul  half �')
    const [row] = await test.database.query('select request, response from inference_contents')
    expect(row).toEqual(content)
    await traces.stop()
  })

  it('counts what it turns away when the queue is full, exactly, and stores the rest', async () => {
    await using test = await createTestDatabase()
    const { traces, metrics } = create(test.database, { maxQueuedInferences: 1_000 })
    for (let index = 0; index < 1_234; index += 1) traces.record(sampleInference())
    expect(traces.stats()).toEqual({ queued: 1_000, written: 0, lost: 234 })
    await traces.stop()
    expect(traces.stats()).toEqual({ queued: 0, written: 1_000, lost: 234 })
    expect(await countOf(test.database, 'inferences')).toBe(1_000)
    traces.record(sampleInference())
    const text = await metrics.metrics()
    expect(text).toContain('slipway_traces_lost_total{cause="queue_full"} 234')
    expect(text).toContain('slipway_traces_lost_total{cause="stopped"} 1')
    expect(text).toContain('slipway_traces_written_total 1000')
    expect(text).toContain('slipway_traces_queue_length 0')
  })

  it('bounds the queue by the content that it holds', async () => {
    await using test = await createTestDatabase()
    const { traces } = create(test.database, { maxQueuedBytes: 100_000 })
    const content = { request: { messages: ['x'.repeat(30_000)] }, response: 'y'.repeat(10_000) }
    for (let index = 0; index < 5; index += 1) traces.record(sampleInference({ content }))
    expect(traces.stats()).toEqual({ queued: 2, written: 0, lost: 3 })
    await traces.stop()
  })

  it('stores the same inference once, in one batch, in two, and in the rollups', async () => {
    await using test = await createTestDatabase()
    const { traces } = create(test.database)
    const inference = sampleInference({ content: { request: 1, response: 2 } })
    traces.record(inference)
    traces.record(inference)
    await traces.flush()
    traces.record(inference)
    traces.record(sampleInference())
    await traces.stop()
    expect(await countOf(test.database, 'inferences')).toBe(2)
    expect(await countOf(test.database, 'inference_contents')).toBe(1)
    expect(await rolledUp(test.database)).toBe(2)
  })

  it('does not let one impossible row hold up the others', async () => {
    await using test = await createTestDatabase()
    const { traces, metrics } = create(test.database)
    for (let index = 0; index < 100; index += 1) {
      traces.record(sampleInference(index === 63 ? { traceId: 'not a trace id' } : {}))
      // no row can even be made of this one
      if (index === 70) traces.record(sampleInference({ finishReason: {} as string }))
    }
    await traces.stop()
    expect(await countOf(test.database, 'inferences')).toBe(99)
    expect(await rolledUp(test.database)).toBe(99)
    expect(await metrics.metrics()).toContain('slipway_traces_lost_total{cause="rejected"} 2')
  })

  it('turns away ids that have no time, or one outside the days that are kept', async () => {
    await using test = await createTestDatabase()
    const { traces, metrics } = create(test.database, { retentionDays: () => 7 })
    const nowMs = Date.now()
    const stored = [nowMs, nowMs - 6 * dayMs, nowMs + dayMs]
    for (const timeMs of stored) traces.record(sampleInference({ id: idAt(timeMs) }))
    for (const timeMs of [nowMs - 9 * dayMs, nowMs + 4 * dayMs])
      traces.record(sampleInference({ id: idAt(timeMs) }))
    traces.record(sampleInference({ id: crypto.randomUUID() }))
    await traces.stop()
    expect(traces.stats()).toEqual({ queued: 0, written: 3, lost: 3 })
    expect(await metrics.metrics()).toContain('slipway_traces_lost_total{cause="out_of_range"} 3')
  })

  it('crosses midnight: ids of both days are stored, and the day after is ready before it comes', async () => {
    await using test = await createTestDatabase()
    const midnightMs = Date.UTC(2026, 2, 1)
    let nowMs = midnightMs - 1
    const { traces } = create(test.database, { now: () => nowMs })
    traces.record(sampleInference({ id: idAt(midnightMs - 1) }))
    await traces.flush()
    const partitions = async () =>
      (
        await test.database.query<{ name: string }>(
          `select relname as name from pg_class where relname ~ '^inferences_\\d{8}$' order by 1`,
        )
      ).map(row => row.name)
    expect(await partitions()).toEqual(['inferences_20260228', 'inferences_20260301', 'inferences_20260302'])
    nowMs = midnightMs + 5
    traces.record(sampleInference({ id: idAt(midnightMs - 1) }))
    traces.record(sampleInference({ id: idAt(midnightMs) }))
    await traces.stop()
    expect(await countOf(test.database, 'inferences_20260228')).toBe(2)
    expect(await countOf(test.database, 'inferences_20260301')).toBe(1)
    expect(await partitions()).toContain('inferences_20260303')
  })

  it('makes a partition again that was dropped under it', async () => {
    await using test = await createTestDatabase()
    const { traces } = create(test.database)
    traces.record(sampleInference())
    await traces.flush()
    for (const { name } of await test.database.query<{ name: string }>(
      `select relname as name from pg_class where relkind = 'r' and relname ~ '^inference.*_\\d{8}$'`,
    )) {
      await test.database.query(`drop table ${name}`)
    }
    traces.record(sampleInference())
    expect(await traces.flush()).toBe(true)
    expect(await countOf(test.database, 'inferences')).toBe(1)
    await traces.stop()
  })

  it('keeps request and response apart and bounded, and marks what was cut', async () => {
    await using test = await createTestDatabase()
    const { traces } = create(test.database, { contentLimitBytes: 1_000 })
    traces.record(sampleInference({ content: { request: { text: 'x'.repeat(5_000) }, response: 'short' } }))
    traces.record(sampleInference())
    await traces.stop()
    const rows = await test.database.query<{
      request: { text: string }
      response: string
      is_truncated: boolean
    }>('select request, response, is_truncated from inference_contents')
    expect(rows.length).toBe(1)
    expect(rows[0]?.is_truncated).toBe(true)
    expect(rows[0]?.request.text).toEndWith('more characters were not kept]')
    expect(rows[0]?.response).toBe('short')
  })
})

describe('a database that goes away and comes back', () => {
  it('loses nothing within the bound, and counts exactly what is beyond it', async () => {
    await using test = await createTestDatabase()
    await using way = await createCuttableDatabase(test.url)
    const database = await openDatabase({ url: way.url, logger })
    const { traces } = create(database, { maxQueuedInferences: 500, intervalMs: 10 })
    traces.record(sampleInference())
    expect(await traces.flush()).toBe(true)

    way.cut()
    for (let index = 0; index < 300; index += 1) traces.record(sampleInference())
    expect(await traces.flush(200)).toBe(false)
    expect(traces.stats()).toEqual({ queued: 300, written: 1, lost: 0 })
    for (let index = 0; index < 250; index += 1) traces.record(sampleInference())
    expect(traces.stats()).toEqual({ queued: 500, written: 1, lost: 50 })

    way.restore()
    await eventually(() => traces.stats().queued === 0)
    expect(traces.stats()).toEqual({ queued: 0, written: 501, lost: 50 })
    expect(await countOf(test.database, 'inferences')).toBe(501)
    expect(await rolledUp(test.database)).toBe(501)
    await traces.stop()
    await database.close()
  })

  it('stores and counts once what was committed without an answer', async () => {
    await using test = await createTestDatabase()
    await using way = await createCuttableDatabase(test.url)
    const database = await openDatabase({ url: way.url, logger })
    const { traces } = create(database)
    traces.record(sampleInference())
    await traces.flush()

    way.loseNextCommit()
    for (let index = 0; index < 20; index += 1)
      traces.record(sampleInference({ tenant: `tenant-${index % 3}` }))
    expect(await traces.flush()).toBe(true)
    expect(way.lostCommits).toBe(1)
    // The rollup rows that the lost commit wrote must be added to, not written over.
    traces.record(sampleInference({ tenant: 'tenant-1' }))
    await traces.stop()
    expect(await countOf(test.database, 'inferences')).toBe(22)
    expect(await rolledUp(test.database)).toBe(22)
    expect(traces.stats()).toEqual({ queued: 0, written: 22, lost: 0 })
    await database.close()
  })

  it('gives up at the end what it cannot store, in time, and counts it', async () => {
    await using test = await createTestDatabase()
    await using way = await createCuttableDatabase(test.url)
    const database = await openDatabase({ url: way.url, logger })
    const { traces } = create(database)
    way.cut()
    for (let index = 0; index < 5; index += 1) traces.record(sampleInference())
    await traces.stop(100)
    expect(traces.stats()).toEqual({ queued: 0, written: 0, lost: 5 })
    await database.close()
  })
})

describe('replicas', () => {
  it('write side by side without waiting, and their counts add up', async () => {
    await using test = await createTestDatabase()
    const replicas = [create(test.database), create(test.database), create(test.database)]
    for (let index = 0; index < 600; index += 1) replicas[index % 3]!.traces.record(sampleInference())
    await Promise.all(replicas.map(({ traces }) => traces.stop()))
    expect(await countOf(test.database, 'inferences')).toBe(600)
    expect(await rolledUp(test.database)).toBe(600)
    expect((await listInferences(test.database, {}, 1_000)).length).toBe(600)
  })
})
