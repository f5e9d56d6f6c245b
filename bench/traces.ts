/**
 * What recording costs the request path, how fast batches are stored, and how long lists and overviews take on a
 * day of a million inferences. Starts a Postgres of its own in a temporary folder, with the settings of production.
 *
 *     node_modules/.bin/bun bench/traces.ts [rows]
 */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  createLogger,
  createMetricsRegistry,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
} from '../src/foundation/platform/index.ts'
import { listInferences } from '../src/observe/traces/inference-store.ts'
import type { InferenceFilter } from '../src/observe/traces/inference-store.ts'
import type { Inference } from '../src/observe/traces/inference.ts'
import { readOverview } from '../src/observe/traces/overview.ts'
import { idAt, sampleInference } from '../src/observe/traces/sample-inference.ts'
import { createTraces } from '../src/observe/traces/traces.ts'
import type { Traces, TracesOptions } from '../src/observe/traces/traces.ts'

const rows = Number(process.argv[2] ?? 1_000_000)
const dayMs = 86_400_000
const nowMs = Date.now()
const logger = createLogger({ level: 'error' })

const postgres = await startEmbeddedPostgres({
  dataDirectory: await mkdtemp(path.join(tmpdir(), 'slipway-bench-')),
  logger,
  isTemporary: true,
})
const database = await openDatabase({ url: postgres.url, logger })
await migrate(database, path.join(import.meta.dirname, '..', 'migrations'))

measureRecord('without content', sampleInference())
measureRecord(
  'with content (20 messages)',
  sampleInference({
    content: {
      request: { messages: Array.from({ length: 20 }, () => ({ role: 'user', content: 'x'.repeat(500) })) },
      response: { choices: [{ message: { role: 'assistant', content: 'y'.repeat(2_000) } }] },
    },
  }),
)
await measureDelay()
await measureStoring()
await fillDay()
await database.query('vacuum analyze')
await measureReading()
await database.close()
await postgres.stop()

function newTraces(options: Partial<TracesOptions>): Traces {
  const metrics = createMetricsRegistry()
  return createTraces({ database, logger, metrics, options: { retentionDays: () => 30, ...options } })
}

function measureRecord(what: string, inference: Inference): void {
  const count = 200_000
  const traces = newTraces({ maxQueuedInferences: count, maxQueuedBytes: Infinity, intervalMs: 3_600_000 })
  // Nothing is sent while this loop runs: a batch that is full waits for the end of the turn.
  const round = (): number => {
    const before = process.cpuUsage()
    for (let index = 0; index < count / 4; index += 1) traces.record(inference)
    const used = process.cpuUsage(before)
    return (used.user + used.system) / (count / 4)
  }
  const microseconds = [round(), round(), round(), round()]
  console.log(
    `record() ${what}: ${Math.min(...microseconds).toFixed(2)} µs of CPU, ${Math.max(...microseconds).toFixed(2)} at worst`,
  )
  void traces.stop(0)
}

/** How long after record() an inference can be read by everyone, at 500 a second: what `kill -9` may cost. */
async function measureDelay(): Promise<void> {
  const traces = newTraces({})
  traces.record(sampleInference())
  await traces.flush()
  const recordedAt = new Map<string, number>()
  const delays: number[] = []
  const stream = traces.live.open({ tenant: undefined, services: undefined, outcome: undefined })
  const reading = (async () => {
    let text = ''
    const decoder = new TextDecoder()
    for await (const bytes of stream.body ?? []) {
      text += decoder.decode(bytes, { stream: true })
      for (const [, id] of text.matchAll(/"id":"([^"]+)"/g)) {
        const startedAt = recordedAt.get(id ?? '')
        if (id === undefined || startedAt === undefined) continue
        delays.push(performance.now() - startedAt)
        recordedAt.delete(id)
      }
      text = text.slice(text.lastIndexOf('\n\n'))
    }
  })()
  for (let round = 0; round < 500; round += 1) {
    for (let index = 0; index < 5; index += 1) {
      const inference = sampleInference()
      recordedAt.set(inference.id, performance.now())
      traces.record(inference)
    }
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  await traces.stop()
  await reading
  delays.sort((left, right) => left - right)
  const at = (share: number): string => delays[Math.floor(share * (delays.length - 1))]?.toFixed(0) ?? '?'
  console.log(
    `stored after (500/s): p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms (${delays.length})`,
  )
}

/** A day of traffic in order of time: 5 tenants, 3 services, 20 keys, 2 % errors, log-normal latency. */
function inferenceOf(index: number): Inference {
  const startedAtMs = Math.floor(nowMs - dayMs + (index / rows) * dayMs)
  const isError = Math.random() < 0.02
  const latencyMs = Math.exp(6 + gaussian() * 0.8)
  return sampleInference({
    id: idAt(startedAtMs),
    startedAtMs,
    traceId: crypto.randomUUID().replaceAll('-', ''),
    tenant: `tenant-${index % 5}`,
    service: ['support', 'search', 'agents'][index % 3] ?? 'support',
    keyId: `key-${Math.floor(Math.random() * 20)}`,
    latencyMs,
    timeToFirstTokenMs: latencyMs / 8,
    ...(isError && {
      outcome: 'error' as const,
      status: Math.random() < 0.5 ? 502 : 429,
      failureCode: 'upstream_error',
      failureMessage: 'The provider answered with an error.',
    }),
  })
}

function gaussian(): number {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random())
}

/** As fast as it goes, all of the present minute, as live traffic is. */
async function measureStoring(): Promise<void> {
  const count = 50_000
  const traces = newTraces({ maxQueuedInferences: count, maxQueuedBytes: Infinity })
  for (let index = 0; index < count; index += 1) {
    traces.record({ ...inferenceOf(index), id: idAt(Date.now()), startedAtMs: Date.now() })
  }
  const before = process.cpuUsage()
  const startedAt = performance.now()
  await traces.flush(600_000)
  const seconds = (performance.now() - startedAt) / 1_000
  const used = process.cpuUsage(before)
  console.log(
    `storing: ${(count / seconds).toFixed(0)} rows/s in batches of 500, ` +
      `${((used.user + used.system) / count).toFixed(1)} µs of our CPU a row`,
  )
  await traces.stop()
}

async function fillDay(): Promise<void> {
  const traces = newTraces({ maxQueuedInferences: 100_000 })
  const chunk = 20_000
  for (let start = 0; start < rows; start += chunk) {
    for (let index = start; index < Math.min(rows, start + chunk); index += 1)
      traces.record(inferenceOf(index))
    await traces.flush(600_000)
  }
  await traces.stop()
  console.log(`a day of ${rows} inferences:`, traces.stats())
  const sizes = await database.query<{ name: string; bytes: number }>(
    `select split_part(relid::regclass::text, '_2', 1) as name, sum(pg_total_relation_size(relid))::bigint as bytes
     from pg_stat_user_tables where relname ~ '_\\d{8}$' group by 1 order by 2 desc`,
  )
  for (const { name, bytes } of sizes)
    console.log(`  ${name}: ${(bytes / rows).toFixed(0)} bytes an inference`)
}

async function measureReading(): Promise<void> {
  const filters: Record<string, InferenceFilter> = {
    'no filter': {},
    tenant: { tenant: 'tenant-3' },
    service: { services: ['search'] },
    'tenant and service': { tenant: 'tenant-3', services: ['search'] },
    errors: { outcome: 'error' },
    'status 429 of a tenant': { tenant: 'tenant-1', status: 429 },
    'status 418 (none)': { status: 418 },
    key: { keyId: 'key-7' },
    'unknown key': { keyId: 'key-none' },
    'slower than 5 s': { minLatencyMs: 5_000 },
    'slower than 5 min (none)': { minLatencyMs: 300_000 },
    'slower than 5 s of a tenant': { tenant: 'tenant-2', minLatencyMs: 5_000 },
    'search of a failure': { search: 'provider answered' },
    'search without a hit': { search: 'nothing like it' },
    'trace id': { search: '4bf92f3577b34da6a3ce929d0e0e4736' },
    'last hour': { sinceMs: nowMs - 3_600_000 },
    'release (none)': { release: 'v-none' },
  }
  for (const [name, filter] of Object.entries(filters)) {
    await measure(`list, ${name}`, async () => (await listInferences(database, filter, 51)).length)
  }
  const overview = (days: number, tenant?: string) => async (): Promise<number> => {
    const query = { sinceMs: nowMs - days * dayMs, untilMs: nowMs, tenant, services: undefined }
    return (await readOverview(database, query, nowMs)).totals.requests
  }
  await measure('overview, 1 hour', overview(1 / 24))
  await measure('overview, 24 hours', overview(1))
  await measure('overview, 24 hours of a tenant', overview(1, 'tenant-1'))
  await measure('overview, 7 days', overview(7))
  await measure('overview, 30 days', overview(30))
}

async function measure(what: string, run: () => Promise<number>): Promise<void> {
  const times: number[] = []
  let result = 0
  for (let round = 0; round < 30; round += 1) {
    const startedAt = performance.now()
    result = await run()
    times.push(performance.now() - startedAt)
  }
  times.sort((left, right) => left - right)
  console.log(
    `${what.padEnd(38)} p50 ${times[15]?.toFixed(1).padStart(7)} ms  p95 ${times[28]?.toFixed(1).padStart(7)} ms  (${result})`,
  )
}
