/**
 * What watching costs: a million inferences of a service with a monitor of 20 streams, fed in the batches in which they are stored, and
 * moved by one process. Starts a Postgres of its own in a temporary folder, with the settings of production. None of it is in the request path:
 * the feed hears of what is stored, in the transaction that stores it.
 *
 *     node_modules/.bin/bun bench/monitors/streams.ts [--inferences 1000000] [--json bench/monitors/streams.json]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { parseConfig, usageOf } from '../../src/foundation/config/index.ts'
import {
  createLogger,
  createMetricsRegistry,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
} from '../../src/foundation/platform/index.ts'
import { createRandom } from '../../src/foundation/statistics/index.ts'
import { createAudit } from '../../src/govern/audit/index.ts'
import { createMonitorFeed, createMonitorMetrics, createMover } from '../../src/observe/monitors/index.ts'
import { noReferences } from '../../src/observe/monitors/reference/no-references.fixture.ts'
import type { Inference } from '../../src/observe/traces/inference.ts'
import { idAt, sampleInference } from '../../src/observe/traces/sample-inference.ts'
import { createTraces } from '../../src/observe/traces/traces.ts'

const { values } = parseArgs({
  options: {
    inferences: { type: 'string', default: '1000000' },
    json: { type: 'string' },
  },
})
const count = Number(values.inferences)
const batchSize = 250
const batchesAMove = 20
const referenceRows = 5_000

const quantiles = (kind: string, of: readonly number[]): string[] =>
  of.map(quantile => `{ kind: ${kind}, quantile: ${quantile} }`)
const streams = [
  '{ kind: errors }',
  '{ kind: refusals }',
  '{ kind: input-length }',
  '{ kind: output-length }',
  ...quantiles('latency', [0.5, 0.75, 0.9, 0.95, 0.98, 0.99]),
  ...quantiles('first-token', [0.5, 0.75, 0.9, 0.95, 0.99]),
  ...quantiles('cost', [0.5, 0.75, 0.9, 0.95, 0.99]),
]
const parsed = parseConfig(
  `
providers: { up: { kind: openai-compatible, baseUrl: 'http://127.0.0.1:9/v1' } }
services: { support: { releases: { v1: { target: { provider: up, model: m } } } } }
monitors:
  all:
    service: support
    strata: none
    reference: { window: 1d, rows: 500 }
    streams:
${streams.map((stream, index) => `      s${index}: ${stream}`).join('\n')}
`,
  'slipway.yaml',
  {},
)
if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
const { snapshot } = parsed

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-bench-'))
const logger = createLogger({ level: 'error' })
const postgres = await startEmbeddedPostgres({ dataDirectory: folder, logger, isTemporary: true })
const database = await openDatabase({ url: postgres.url, logger })
await migrate(database, path.join(import.meta.dirname, '../../migrations'))

const random = createRandom('streams')
function draw(startedAtMs: number): Inference {
  const latencyMs = Math.exp(random.normal() * 0.5 + 6)
  return sampleInference({
    id: idAt(startedAtMs),
    startedAtMs,
    latencyMs,
    timeToFirstTokenMs: latencyMs / 5,
    costNanoUsd: Math.round(Math.exp(random.normal() + 12)),
    usage: usageOf({ inputTokens: 50 + random.below(300), outputTokens: 20 + random.below(200) }),
    ...(random.next() < 0.01 && { outcome: 'error' as const, status: 502, failureCode: 'upstream_error' }),
  })
}

const registry = createMetricsRegistry()
const traces = createTraces({
  database,
  logger,
  metrics: registry,
  options: { retentionDays: () => 30, maxQueuedInferences: referenceRows, maxQueuedBytes: Infinity },
})
const hourAgoMs = Date.now() - 3_600_000
for (let index = 0; index < referenceRows; index += 1) traces.record(draw(hourAgoMs + index))
await traces.stop()

const metrics = createMonitorMetrics(registry)
let alarms = 0
const mover = createMover({
  database,
  logger,
  registry,
  metrics,
  audit: createAudit({ database }),
  snapshot: () => snapshot,
  texts: { readTexts: () => undefined, embed: () => Promise.reject(new Error('There are no texts.')) },
  references: noReferences,
  onAlarm: () => {
    alarms += 1
    return Promise.resolve()
  },
  explain: () => Promise.resolve(undefined),
})
const feed = createMonitorFeed({
  isWatched: () => true,
  timeOf: () => 0,
  metrics,
  onFed: () => undefined,
})
if (!(await mover.move())) throw new Error('The detectors were not moved.')

// what is older than the reference's end is in it, and taken for no news
const startMs = Date.now() + 1
const spent = { feedMs: 0, feedCpu: 0, moveMs: 0, moveCpu: 0, slowestMoveMs: 0 }
async function timed(kind: 'feed' | 'move', work: () => Promise<unknown>): Promise<void> {
  const [from, before] = [performance.now(), process.cpuUsage()]
  await work()
  const took = performance.now() - from
  const { user, system } = process.cpuUsage(before)
  spent[`${kind}Ms`] += took
  spent[`${kind}Cpu`] += (user + system) / 1_000
  if (kind === 'move') spent.slowestMoveMs = Math.max(spent.slowestMoveMs, took)
}
let fed = 0
while (fed < count) {
  for (let batch = 0; batch < batchesAMove && fed < count; batch += 1) {
    const inferences = Array.from({ length: Math.min(batchSize, count - fed) }, (_, index) =>
      draw(startMs + fed + index),
    )
    await timed('feed', () => database.transaction(transaction => feed.inferences(transaction, inferences)))
    fed += inferences.length
  }
  await timed('move', () => mover.move())
  if (fed % 100_000 === 0) process.stderr.write(`${fed}\n`)
}
const moved = (await registry.getSingleMetric('slipway_monitor_values_total')?.get())?.values.reduce(
  (sum, { value }) => sum + value,
  0,
)
const each = (ms: number): number => Number(((1_000 * ms) / count).toFixed(2))
const result = {
  inferences: count,
  streams: streams.length,
  values_taken: moved,
  batch: batchSize,
  // with the time of Postgres, one after the other
  microseconds_each: { feed: each(spent.feedMs), move: each(spent.moveMs) },
  // of this process alone
  cpu_microseconds_each: { feed: each(spent.feedCpu), move: each(spent.moveCpu) },
  slowest_move_ms: Math.round(spent.slowestMoveMs),
  false_alarms: alarms,
  machine: { processors: cpus().length, model: cpus()[0]?.model ?? '', load: loadavg().map(Math.round) },
}
const text = `${JSON.stringify(result, undefined, 2)}\n`
process.stdout.write(text)
if (values.json !== undefined) writeFileSync(values.json, text)
await mover.stop()
await database.close()
await postgres.stop()
rmSync(folder, { recursive: true, force: true })
