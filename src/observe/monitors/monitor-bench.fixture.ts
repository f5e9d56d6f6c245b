/** The real parts of monitors over a database of their own, with traffic that is made up and stored. */
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { type ConfigSnapshot, parseConfig } from '../../foundation/config/index.ts'
import { createLogger, createMetricsRegistry, timeOfId } from '../../foundation/platform/index.ts'
import { createRandom } from '../../foundation/statistics/index.ts'
import { createAudit } from '../../govern/audit/index.ts'
import { createTraces, type Inference } from '../traces/index.ts'
import { sampleInference } from '../traces/sample-inference.ts'
import { listAlarms } from './alarm-store.ts'
import { createMonitorFeed, type MonitorFeed } from './feed-monitors.ts'
import { createMonitorMetrics } from './monitor-metrics.ts'
import { toWireMonitor } from './monitor-wire.ts'
import { viewMonitors } from './read-monitors.ts'
import { noReferences } from './reference/no-references.fixture.ts'
import type { ReferencePorts } from './reference/reference-ports.ts'
import { createMover, type Mover } from './watch/mover.ts'
import type { TextPorts } from './watch/read-features.ts'

export const hourMs = 3_600_000
export const dayMs = 24 * hourMs
const logger = createLogger({ level: 'silent' })

export const english = [
  'Where is my parcel, and when will it arrive at home?',
  'How do I return the shoes that I have bought last week?',
  'Can I pay the invoice by bank transfer or by card?',
  'Please tell me how to change the address of my order.',
]
export const german = [
  'Warum wurde mein Konto gesperrt und wer kann es wieder öffnen?',
  'Ich möchte meinen Vertrag kündigen, an wen soll ich schreiben?',
]

/** What each inference is like, by its place and a source of chance. */
export type Traffic = (
  index: number,
  random: ReturnType<typeof createRandom>,
) => Partial<Inference> & { readonly question?: string }

export interface MonitorBench extends AsyncDisposable {
  readonly test: TestDatabase
  readonly snapshot: ConfigSnapshot
  readonly feed: MonitorFeed
  /** The clock of movers. */
  nowMs: number
  /** Ids of alarms that an explanation was asked for. */
  readonly explained: string[]
  startMover(): Mover
  /** Stores so many inferences, one after the other over a stretch of time; their ids. */
  serve(count: number, fromMs: number, untilMs: number, seed: string, traffic: Traffic): Promise<string[]>
  view(monitor?: string): Promise<ReturnType<typeof toWireMonitor>>
  states(): Promise<Record<string, string>>
  alarms(monitor?: string): Promise<Awaited<ReturnType<typeof listAlarms>>>
}

export async function openMonitorBench(
  config: string,
  embed: TextPorts['embed'] = () => Promise.reject(new Error('There is no embedder.')),
  references: Partial<ReferencePorts> = {},
): Promise<MonitorBench> {
  const test = await createTestDatabase()
  const parsed = parseConfig(config, 'slipway.yaml', {})
  if (!('snapshot' in parsed)) throw new Error(JSON.stringify(parsed.problems))
  const { snapshot } = parsed
  const ports = { ...noReferences, ...references }
  const [first = ''] = Object.keys(snapshot.config.monitors)
  const explained: string[] = []
  const feed = createMonitorFeed({
    isWatched: service => service === 'support',
    timeOf: id => timeOfId(id) ?? 0,
    metrics: createMonitorMetrics(createMetricsRegistry()),
    onFed: () => undefined,
  })
  const traces = createTraces({
    database: test.database,
    logger,
    metrics: createMetricsRegistry(),
    options: { retentionDays: () => 60, intervalMs: 5, onStored: feed.inferences },
  })
  const bench: MonitorBench = {
    test,
    snapshot,
    feed,
    nowMs: 0,
    explained,
    startMover: () => {
      const registry = createMetricsRegistry()
      return createMover({
        database: test.database,
        logger,
        registry,
        metrics: createMonitorMetrics(registry),
        audit: createAudit({ database: test.database }),
        snapshot: () => snapshot,
        texts: {
          readTexts: ({ request, response }) => ({
            question: (request as { question: string }).question,
            answer: response as string,
            isRefusal: false,
          }),
          embed,
        },
        references: ports,
        onAlarm: () => Promise.resolve(),
        explain: ({ id }) => {
          explained.push(id)
          return Promise.resolve({ drift_report: id })
        },
        now: () => bench.nowMs,
      })
    },
    serve: async (count, fromMs, untilMs, seed, traffic) => {
      const random = createRandom(seed)
      const ids: string[] = []
      for (let index = 0; index < count; index += 1) {
        const { question, ...given } = traffic(index, random)
        const inference = sampleInference({
          startedAtMs: fromMs + ((untilMs - fromMs) * index) / count,
          ...given,
          ...(question !== undefined && {
            content: { request: { question }, response: 'It is on its way.' },
          }),
        })
        ids.push(inference.id)
        traces.record(inference)
      }
      if (!(await traces.flush(30_000))) throw new Error('The inferences could not be stored.')
      return ids
    },
    view: async (monitor = first) => {
      const [found] = await viewMonitors(test.database, ports, snapshot, bench.nowMs, monitor)
      if (!found) throw new Error('There is no such monitor.')
      return toWireMonitor(found)
    },
    states: async () =>
      Object.fromEntries((await bench.view()).streams.map(({ name, state }) => [name, state])),
    alarms: async (monitor = first) => await listAlarms(test.database, { monitor }, 50, undefined),
    [Symbol.asyncDispose]: async () => {
      await traces.stop()
      await test[Symbol.asyncDispose]()
    },
  }
  return bench
}

export const failed = { outcome: 'error', status: 502, failureCode: 'upstream_error' } as const
