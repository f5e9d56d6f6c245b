import { afterEach, beforeEach, describe, expect, it } from 'bun:test'
import { fileURLToPath } from 'node:url'
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { until } from '../../../test/until.ts'
import { type ConfigSnapshot, parseConfig } from '../../foundation/config/index.ts'
import { createLogger, createMetricsRegistry, timeOfId } from '../../foundation/platform/index.ts'
import { createRandom } from '../../foundation/statistics/index.ts'
import { createAudit } from '../../govern/audit/index.ts'
import { createTraces, type Inference, type Traces } from '../traces/index.ts'
import { sampleInference } from '../traces/sample-inference.ts'
import { listAlarms } from './alarm-store.ts'
import { changeByPerson } from './change-monitor.ts'
import { createMonitorFeed } from './feed-monitors.ts'
import { countInbox } from './inbox-store.ts'
import { createMonitorMetrics } from './monitor-metrics.ts'
import { createMonitorTroubles } from './monitor-troubles.ts'
import { toWireMonitor } from './monitor-wire.ts'
import { viewMonitors } from './read-monitors.ts'
import { createMover } from './watch/mover.ts'

const logger = createLogger({ level: 'silent' })
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const config = `engines: { e: { model: builtin:support } }
services: { support: { storeContent: masked, releases: { v1: { target: { engine: e } } } } }
monitors:
  quality:
    service: support
    reference: { window: 20d, rows: 300 }
    runLength: 100000
    slices: [tenant]
    streams:
      failing: { kind: errors }
      slow: { kind: latency }
      words: { kind: input-vocabulary, effect: 0.1 }
      languages: { kind: input-language }
      near: { kind: input-embedding, effect: 0.1 }
      topics: { kind: input-topic, effect: 0.1 }
      form: { kind: output-format }
      liked: { kind: feedback }
`
const english = [
  'Where is my parcel, and when will it arrive at home?',
  'How do I return the shoes that I have bought last week?',
  'Can I pay the invoice by bank transfer or by card?',
  'Please tell me how to change the address of my order.',
]
const german = [
  'Warum wurde mein Konto gesperrt und wer kann es wieder öffnen?',
  'Ich möchte meinen Vertrag kündigen, an wen soll ich schreiben?',
]

let test: TestDatabase
let traces: Traces
let snapshot: ConfigSnapshot
let nowMs = 0
let explained: string[] = []

beforeEach(async () => {
  test = await createTestDatabase()
  const parsed = parseConfig(config, 'slipway.yaml', {})
  if (!('snapshot' in parsed)) throw new Error(JSON.stringify(parsed.problems))
  snapshot = parsed.snapshot
  explained = []
  const feed = createMonitorFeed({
    isWatched: service => service === 'support',
    timeOf: id => timeOfId(id) ?? 0,
    metrics: createMonitorMetrics(createMetricsRegistry()),
    onFed: () => undefined,
  })
  traces = createTraces({
    database: test.database,
    logger,
    metrics: createMetricsRegistry(),
    options: { retentionDays: () => 60, intervalMs: 5, onStored: feed.inferences },
  })
})
afterEach(async () => {
  await traces.stop()
  await test[Symbol.asyncDispose]()
})

function startMover() {
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
      embed: () => Promise.reject(new Error('There is no embedder.')),
    },
    onAlarm: () => Promise.resolve(),
    explain: ({ id }) => {
      explained.push(id)
      return Promise.resolve({ drift_report: id })
    },
    onAlarmed: () => undefined,
    now: () => nowMs,
  })
}

/** Stores so many, one after the other over a stretch of time. */
async function serve(
  count: number,
  fromMs: number,
  untilMs: number,
  seed: string,
  options: { failing?: number; questions?: readonly string[] } = {},
): Promise<void> {
  const random = createRandom(seed)
  const { failing = 0.02, questions = english } = options
  for (let index = 0; index < count; index += 1) {
    const isError = random.next() < failing
    const given: Partial<Inference> = {
      startedAtMs: fromMs + ((untilMs - fromMs) * index) / count,
      tenant: random.next() < 0.5 ? 'acme' : 'other',
      latencyMs: 100 * Math.exp(0.3 * random.normal()),
      ...(isError && { outcome: 'error', status: 502, failureCode: 'upstream_error' }),
    }
    const content = { request: { question: random.pick(questions) }, response: 'It is on its way.' }
    traces.record(sampleInference({ ...given, ...(!isError && { content }) }))
  }
  expect(await traces.flush(30_000)).toBe(true)
}

const view = async () => {
  const [found] = await viewMonitors(test.database, snapshot, nowMs)
  if (!found) throw new Error('There is no monitor.')
  return toWireMonitor(found)
}
const states = async () => Object.fromEntries((await view()).streams.map(({ name, state }) => [name, state]))
const alarms = async () => await listAlarms(test.database, { monitor: 'quality' }, 50, undefined)

describe('a monitor', () => {
  it('learns, stays quiet while nothing changes, and names the streams that a planted change is in', async () => {
    const begin = Date.now() - 16 * dayMs
    const mover = startMover()
    nowMs = begin + dayMs
    await serve(100, begin, nowMs, 'few')
    await mover.move(nowMs)
    expect((await view()).state).toBe('learning')
    await serve(900, nowMs, begin + 14 * dayMs, 'reference')
    nowMs = begin + 14 * dayMs
    await mover.move(nowMs)
    expect(await states()).toMatchObject({ failing: 'watching', words: 'watching', liked: 'learning' })

    await serve(1_000, nowMs, nowMs + dayMs, 'same')
    nowMs += dayMs
    await mover.move(nowMs)
    expect(await alarms()).toEqual([])
    const quiet = await view()
    expect(quiet.streams.find(({ name }) => name === 'failing')).toMatchObject({
      seen: 1_000,
      incomparable: 0,
    })
    expect(quiet.false_alarms_per_year).toBeGreaterThan(0)

    const changedAt = nowMs
    await serve(800, nowMs, nowMs + 8 * hourMs, 'changed', { failing: 0.3, questions: german })
    nowMs += 8 * hourMs
    await mover.move(nowMs)
    const found = await alarms()
    const streams = new Set(found.map(({ stream }) => stream))
    for (const stream of ['failing', 'languages', 'words']) expect(streams).toContain(stream)
    for (const stream of ['slow', 'form', 'liked']) expect(streams).not.toContain(stream)
    const failing = found.find(({ stream, detector }) => stream === 'failing' && detector === 'above')
    expect(failing?.summary).toMatch(
      /^support: `failing`: failed inferences have risen from \d\.?\d* % to \d+/,
    )
    expect(Math.abs((failing?.sinceAt.getTime() ?? 0) - changedAt)).toBeLessThan(2 * hourMs)
    expect(failing?.evidence).toMatchObject({ kind: 'errors', direction: 'above', batch: 20 })
    const spoke = failing?.evidence['inferences'] as { value: number }[] | undefined
    expect(new Set(spoke?.map(({ value }) => value))).toEqual(new Set([1]))
    const languages = found.find(({ stream }) => stream === 'languages')
    expect(languages?.detector).toBe('more:others')
    expect(explained.toSorted()).toEqual(found.map(({ id }) => id).toSorted())
    expect(failing && (await alarms()).find(({ id }) => id === failing.id)?.report).toEqual({
      drift_report: failing?.id,
    })

    const troubles = await createMonitorTroubles(test.database, () => snapshot).read(nowMs)
    expect(troubles.declared).toEqual(['quality'])
    expect(troubles.findings.find(({ labels }) => labels['stream'] === 'failing')).toMatchObject({
      source: 'monitor',
      name: 'quality',
      severity: 'ticket',
    })

    // what is over ends by itself; what people take for normal ends at once
    await serve(2_000, nowMs, nowMs + 8 * hourMs, 'well again')
    nowMs += 8 * hourMs
    await mover.move(nowMs)
    expect((await alarms()).find(({ id }) => id === failing?.id)).toMatchObject({ endedBecause: 'over' })
    await changeByPerson(
      {
        database: test.database,
        audit: createAudit({ database: test.database }),
        actor: { id: 'k', name: 'me' },
        requestId: 'r',
        now: new Date(nowMs),
      },
      'quality',
      { kind: 'reference', from: undefined, until: undefined },
    )
    expect((await alarms()).filter(({ endedAt }) => endedAt === undefined)).toEqual([])
    nowMs += 60_000
    await mover.move(nowMs)
    expect(await states()).toMatchObject({ failing: 'watching' })
    await mover.stop()
  }, 60_000)

  it('counts nothing twice although who moves it is killed with a batch half written', async () => {
    const begin = Date.now() - 3 * dayMs
    nowMs = begin + dayMs
    await serve(500, begin, nowMs, 'reference')
    const first = startMover()
    await first.move(nowMs)
    await first.stop()
    await serve(700, nowMs, nowMs + hourMs, 'now')
    nowMs = Date.now()

    let child: ReturnType<typeof Bun.spawn> | undefined
    await test.database.transaction(async transaction => {
      await transaction.query('select 1 from monitor_states for update')
      child = Bun.spawn(
        [
          process.execPath,
          fileURLToPath(new URL('./watch/mover.fixture.ts', import.meta.url)),
          test.url,
          config,
        ],
        {
          stdout: 'ignore',
          stderr: 'ignore',
        },
      )
      await until(async () => {
        const rows = await test.database.query(
          `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like 'update monitor_states%'`,
        )
        return rows.length > 0
      })
      child.kill('SIGKILL')
      await child.exited
    })
    // what the dead one had begun is gone with it, once Postgres has noticed
    await until(async () => {
      const rows = await test.database.query(
        `select 1 from pg_stat_activity where datname = current_database() and query like 'update monitor_states%' and state <> 'idle'`,
      )
      return rows.length === 0
    })
    expect((await countInbox(test.database)).entries).toBeGreaterThan(0)
    expect((await view()).streams[0]?.seen).toBe(0)

    const second = startMover()
    expect(await second.move(nowMs)).toBe(false)
    nowMs += 60_000
    expect(await second.move(nowMs)).toBe(true)
    expect((await view()).streams.find(({ name }) => name === 'failing')?.seen).toBe(700)
    expect((await countInbox(test.database)).entries).toBe(0)
    await second.stop()
  }, 60_000)
})
