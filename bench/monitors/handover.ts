/**
 * What monitors cost the request path: a request hands its inference over with `traces.record`, with and without a feed of monitors behind, in turn in one
 * process. Only the handing over is timed; what is handed over is stored between the rounds. Starts a Postgres of its own in a temporary folder.
 *
 *     node_modules/.bin/bun bench/monitors/handover.ts [--rounds 40]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import {
  createLogger,
  createMetricsRegistry,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
} from '../../src/foundation/platform/index.ts'
import { createMonitorFeed, createMonitorMetrics } from '../../src/observe/monitors/index.ts'
import { idAt, sampleInference } from '../../src/observe/traces/sample-inference.ts'
import { createTraces } from '../../src/observe/traces/traces.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '40' } } })
const each = 2_000
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-bench-'))
const logger = createLogger({ level: 'error' })
const postgres = await startEmbeddedPostgres({ dataDirectory: folder, logger, isTemporary: true })
const database = await openDatabase({ url: postgres.url, logger })
await migrate(database, path.join(import.meta.dirname, '../../migrations'))
const options = { retentionDays: () => 30, maxQueuedInferences: 2 * each, maxQueuedBytes: Infinity }
const feed = createMonitorFeed({
  isWatched: () => true,
  timeOf: () => 0,
  metrics: createMonitorMetrics(createMetricsRegistry()),
  onFed: () => undefined,
})

/** Nanoseconds of each. */
async function round(isWatched: boolean): Promise<number> {
  const traces = createTraces({
    database,
    logger,
    metrics: createMetricsRegistry(),
    options,
    ...(isWatched && { onStored: feed.inferences }),
  })
  const inferences = Array.from({ length: each }, (_, index) =>
    sampleInference({ id: idAt(Date.now() + index), startedAtMs: Date.now() }),
  )
  const from = performance.now()
  for (const inference of inferences) traces.record(inference)
  const took = performance.now() - from
  await traces.stop()
  return (1_000_000 * took) / each
}

const found: Record<'with' | 'without', number[]> = { with: [], without: [] }
for (let index = 0; index < Number(values.rounds); index += 1) {
  const isFirst = index % 2 === 0
  for (const isWatched of [isFirst, !isFirst])
    found[isWatched ? 'with' : 'without'].push(await round(isWatched))
}
const quartiles = (numbers: readonly number[]): number[] => {
  const sorted = numbers.toSorted((a, b) => a - b)
  return [0.25, 0.5, 0.75].map(share => Math.round(sorted[Math.floor(share * sorted.length)] ?? Number.NaN))
}
process.stdout.write(
  `${JSON.stringify(
    {
      inferences_a_round: each,
      rounds: found.with.length,
      nanoseconds_each_quartiles: { with: quartiles(found.with), without: quartiles(found.without) },
      machine: { processors: cpus().length, model: cpus()[0]?.model ?? '', load: loadavg().map(Math.round) },
    },
    undefined,
    2,
  )}\n`,
)
await database.close()
await postgres.stop()
rmSync(folder, { recursive: true, force: true })
