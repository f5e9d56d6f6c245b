import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'bun:test'
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { type ConfigSnapshot, parseConfig } from '../../foundation/config/index.ts'
import { createLogger, createMetricsRegistry, describeMetrics } from '../../foundation/platform/index.ts'
import { createAudit } from '../../govern/audit/index.ts'
import { type CountedMetric, createMetricsRecorder, createSeriesReader } from '../metrics/index.ts'
import { listAlerts, listEvents } from './alert-store.ts'
import { acknowledgeAlert, createSilence, removeSilence } from './change-alerts.ts'
import { startReceiver } from '../../../test/receivers.ts'
import { createDeliverer } from './deliverer.ts'
import { createEvaluator } from './evaluator.ts'
import type { SpentBudget } from './find-trouble.ts'
import { listNotifications } from './notification-store.ts'
import { createSloCounter } from './slo-counter.ts'
import { type Finding, fingerprintOf } from './alert.ts'
import type { KnownTroubles } from './trouble-source.ts'

const logger = createLogger({ level: 'silent' })
const tenSeconds = 10_000
let test: TestDatabase
let receiver: Awaited<ReturnType<typeof startReceiver>>
let nowMs = 0
let budgets: SpentBudget[] = []
let monitors: KnownTroubles | Error = { findings: [], declared: [] }

beforeAll(async () => {
  receiver = await startReceiver()
})
afterAll(() => receiver.stop())
beforeEach(async () => {
  test = await createTestDatabase()
  nowMs = Date.parse('2026-03-04T10:00:00Z')
  budgets = []
  monitors = { findings: [], declared: [] }
  receiver.answer(200)
})
afterEach(async () => {
  receiver.take()
  await test[Symbol.asyncDispose]()
})

const base = () => `engines: { e: { model: builtin:support } }
services:
  support:
    releases: { v1: { target: { engine: e } } }
    slos: { available: { objective: 99 } }
alerts:
  groupWait: 1s
  channels:
    hook: { kind: webhook, url: '${receiver.url}/hook', allowPrivate: true }
  rules:
    busy: { metric: slipway_slo_events_total, measure: increase, where: { slo: available }, over: 1m, above: 1000, for: 30s, keepFiring: 30s }
`

const withoutRules = () => base().replace(/ {2}rules:\n.*\n/, '')

function snapshotOf(text: string): ConfigSnapshot {
  const parsed = parseConfig(text, 'slipway.yaml', {})
  if (!('snapshot' in parsed)) throw new Error(JSON.stringify(parsed.problems))
  return parsed.snapshot
}

/** A replica: it counts, samples, evaluates and sends when it is told to. */
function startReplica(options: { config?: string } = {}) {
  let snapshot = snapshotOf(options.config ?? base())
  const registry = createMetricsRegistry()
  const counter = createSloCounter(registry)
  counter.apply(snapshot)
  const now = () => nowMs
  const recorder = createMetricsRecorder({
    database: test.database,
    logger,
    registry,
    gather: async () => (await registry.getMetricsAsJSON()) as unknown as CountedMetric[],
    now,
  })
  const reader = createSeriesReader({
    database: test.database,
    recorder,
    describe: name => describeMetrics(registry).find(metric => metric.name === name),
    logger,
    now,
  })
  const audit = createAudit({ database: test.database })
  const parts = { database: test.database, logger, registry, snapshot: () => snapshot, now }
  const fired: string[] = []
  const evaluator = createEvaluator({
    ...parts,
    audit,
    reader,
    readBudgets: () => Promise.resolve(budgets),
    sources: [
      {
        source: 'monitor',
        read: () => (monitors instanceof Error ? Promise.reject(monitors) : Promise.resolve(monitors)),
      },
    ],
    tellFired: async (_, { name }) => void fired.push(name),
    onNotification: () => undefined,
  })
  const deliverer = createDeliverer({ ...parts, consoleUrl: () => 'http://console.example' })
  const change = () => ({
    database: test.database,
    audit,
    actor: { id: 'k', name: 'me' },
    requestId: 'r',
    nowMs,
  })
  return {
    evaluator,
    /** Names of what has fired, as others are told. */
    fired,
    deliverer,
    change,
    serve: (good: number, bad: number) => {
      const inference = {
        service: 'support',
        isStream: false,
        latencyMs: 1,
        timeToFirstTokenMs: undefined,
        costNanoUsd: undefined,
      }
      for (let index = 0; index < good; index += 1)
        counter.count({ ...inference, outcome: 'ok', status: 200, failureCode: undefined })
      for (let index = 0; index < bad; index += 1)
        counter.count({ ...inference, outcome: 'error', status: 502, failureCode: 'upstream_error' })
    },
    configure: (text: string) => {
      snapshot = snapshotOf(text)
    },
    /** Ten seconds later: a sample, a look, and what is due. */
    tick: async () => {
      nowMs += tenSeconds
      await recorder.sample()
      await evaluator.evaluate(nowMs + 3_000)
      await deliverer.deliver(nowMs + 5_000)
    },
  }
}

const alertsNow = async () =>
  (await listAlerts(test.database, { states: undefined, service: undefined }, 100, undefined)).map(
    alert => `${alert.name} ${alert.severity} ${alert.state}`,
  )
const sent = () =>
  receiver.take().map(({ body }) => {
    const { type, data } = JSON.parse(body) as {
      type: string
      data: { alerts: { name: string; severity: string }[] }
    }
    return `${type} ${data.alerts.map(({ name, severity }) => `${name}/${severity}`).join(' ')}`
  })

describe('an objective', () => {
  it('pages when its budget burns too fast, tells once, with its numbers, and says when it is over', async () => {
    const replica = startReplica({ config: withoutRules() })
    for (let tick = 0; tick < 6; tick += 1) {
      replica.serve(100, 0)
      await replica.tick()
    }
    expect(await alertsNow()).toEqual([])
    replica.serve(0, 200)
    await replica.tick()
    await replica.tick()
    // the ticket of the same trouble fires too, and is not sent beside the page
    expect((await alertsNow()).toSorted()).toEqual([
      'support/available page firing',
      'support/available ticket firing',
    ])
    expect(sent()).toEqual(['alert.firing support/available/page'])
    const [page] = (
      await listAlerts(test.database, { states: ['firing'], service: 'support' }, 9, undefined)
    ).filter(({ severity }) => severity === 'page')
    expect(page?.evidence).toMatchObject({
      objective_percent: 99,
      budget: 0.01,
      burns: [
        {
          factor: 14.4,
          is_burning: true,
          windows: [
            { seconds: 3_600, bad: 200, events: 800, burn: 25 },
            { seconds: 300, bad: 200 },
          ],
        },
        { factor: 6, is_burning: true },
        { factor: 1, is_burning: true },
      ],
    })
    for (let tick = 0; tick < 45; tick += 1) {
      replica.serve(2_000, 0)
      await replica.tick()
    }
    expect((await alertsNow()).toSorted()).toEqual([
      'support/available page resolved',
      'support/available ticket resolved',
    ])
    // the page is over before the ticket is, which is told of then
    const all = sent()
    // what is due at once is sent at once, and arrives in any order
    expect(new Set(all.slice(0, 2))).toEqual(
      new Set(['alert.firing support/available/ticket', 'alert.resolved support/available/page']),
    )
    expect(all.slice(2)).toEqual(['alert.resolved support/available/ticket'])
    const kinds = (await listEvents(test.database, page?.id ?? '')).map(({ kind }) => kind)
    expect(kinds).toEqual(['fired', 'sent', 'resolved', 'sent'])
    expect(replica.fired).toEqual(['support/available', 'support/available'])
  }, 120_000)

  it('pages nobody for one failure of a quiet night', async () => {
    const replica = startReplica()
    replica.serve(1, 1)
    await replica.tick()
    await replica.tick()
    expect(await alertsNow()).toEqual([])
  })
})

describe('a rule', () => {
  it('is pending first, survives the death of who evaluates, and fires once over two replicas', async () => {
    const first = startReplica()
    const second = startReplica()
    first.serve(2_000, 0)
    await first.tick()
    expect(await alertsNow()).toEqual(['busy ticket pending'])
    // the first one is killed: it never gives its lease back
    expect(await second.evaluator.evaluate(nowMs + 4_000)).toBe(false)
    for (let tick = 0; tick < 5; tick += 1) await second.tick()
    expect(await alertsNow()).toEqual(['busy ticket firing'])
    expect(sent()).toEqual(['alert.firing busy/ticket'])
    const events = await test.database.query('select action from audit_entries where action = $1', [
      'alert:fire',
    ])
    expect(events.length).toBe(1)
  })

  it('is resolved when it is no longer declared', async () => {
    const replica = startReplica()
    replica.serve(2_000, 0)
    for (let tick = 0; tick < 5; tick += 1) await replica.tick()
    expect(await alertsNow()).toEqual(['busy ticket firing'])
    replica.configure(withoutRules())
    await replica.tick()
    expect(await alertsNow()).toEqual(['busy ticket resolved'])
  })
})

describe('another domain', () => {
  const quality: Finding = {
    fingerprint: fingerprintOf('monitor', 'quality', { service: 'support' }),
    source: 'monitor',
    name: 'quality',
    labels: { service: 'support', monitor: 'quality', severity: 'page' },
    severity: 'page',
    summary: 'support: scores have fallen.',
    value: 1.2,
    threshold: 1,
    forMs: 0,
    keepFiringMs: 0,
    evidence: { since: '2026-03-04T09:00:00Z' },
    runbook: undefined,
  }

  it('raises alerts that are told, kept while it cannot say anything, and over when it says so', async () => {
    const replica = startReplica({ config: withoutRules() })
    monitors = { findings: [quality], declared: ['quality'] }
    await replica.tick()
    await replica.tick()
    expect(await alertsNow()).toEqual(['quality page firing'])
    expect(sent()).toEqual(['alert.firing quality/page'])
    monitors = new Error('The database is away.')
    await replica.tick()
    expect(await alertsNow()).toEqual(['quality page firing'])
    monitors = { findings: [], declared: ['quality'], unknown: ['quality'] }
    await replica.tick()
    expect(await alertsNow()).toEqual(['quality page firing'])
    monitors = { findings: [], declared: ['quality'] }
    await replica.tick()
    await replica.tick()
    expect(await alertsNow()).toEqual(['quality page resolved'])
    expect(sent()).toEqual(['alert.resolved quality/page'])
    monitors = { findings: [quality], declared: ['quality'] }
    await replica.tick()
    monitors = { findings: [], declared: [] }
    await replica.tick()
    const [last] = await listAlerts(test.database, { states: undefined, service: 'support' }, 1, undefined)
    expect(last).toMatchObject({ state: 'resolved', resolution: 'undeclared', returns: 1 })
  })
})

describe('who is told', () => {
  it('is told of nothing that is silenced, until the silence ends', async () => {
    const replica = startReplica()
    const silence = await createSilence(
      { matchers: { name: 'bu*' }, reason: 'We know.', startsAtMs: nowMs, endsAtMs: nowMs + 3_600_000 },
      replica.change(),
    )
    for (let tick = 0; tick < 6; tick += 1) {
      replica.serve(2_000, 0)
      await replica.tick()
    }
    expect(await alertsNow()).toEqual(['busy ticket firing'])
    expect(sent()).toEqual([])
    await removeSilence(silence.id, replica.change())
    replica.serve(2_000, 0)
    await replica.tick()
    await replica.deliverer.deliver(nowMs + 20_000)
    expect(sent()).toEqual(['alert.firing busy/ticket'])
  })

  it('is reminded, but not of what somebody has taken', async () => {
    const routes = `  routes: [{ channels: [hook], repeatEvery: 1m }]\n`
    const replica = startReplica({ config: base() + routes })
    const tick = async (times: number) => {
      for (let index = 0; index < times; index += 1) {
        replica.serve(2_000, 0)
        await replica.tick()
      }
    }
    await tick(7)
    expect(sent()).toEqual(['alert.firing busy/ticket'])
    await tick(7)
    expect(sent()).toEqual(['alert.reminder busy/ticket'])
    const [alert] = await listAlerts(test.database, { states: ['firing'], service: undefined }, 9, undefined)
    await acknowledgeAlert(alert?.id ?? '', 'On it.', replica.change())
    await tick(14)
    expect(await alertsNow()).toEqual(['busy ticket acknowledged'])
    expect(sent()).toEqual([])
  })

  it('is told of budgets, and again when one is spent', async () => {
    const replica = startReplica()
    const budget: SpentBudget = {
      scope: 'tenant',
      id: 'acme',
      per: 'month',
      kind: 'hard',
      limitNanoUsd: 50e9,
      spentNanoUsd: 41e9,
      percent: 80,
      endsAtMs: nowMs + 1e9,
    }
    budgets = [budget]
    await replica.tick()
    await replica.tick()
    expect(sent()).toEqual(['alert.firing budgets/ticket'])
    budgets = [{ ...budget, spentNanoUsd: 50e9, percent: 100 }]
    await replica.tick()
    await replica.tick()
    expect(await alertsNow()).toEqual(['budgets page firing'])
    expect(sent()).toEqual(['alert.firing budgets/page'])
  })

  it('gets what could not be sent later, the same once more, and by whoever is there', async () => {
    const replica = startReplica()
    receiver.answer(503)
    replica.serve(0, 200)
    await replica.tick()
    const first = receiver.take()
    expect(first.length).toBe(1)
    expect(await listNotifications(test.database, 9)).toMatchObject([
      { state: 'waiting', attempts: 1, lastError: 'It answered 503.' },
    ])
    receiver.answer(200)
    // another replica takes it over while the first one is away
    const other = startReplica()
    await other.deliverer.deliver(nowMs + 30_000)
    const second = receiver.take()
    expect(second.map(({ headers }) => headers['webhook-id'])).toEqual([first[0]?.headers['webhook-id']])
    expect(await listNotifications(test.database, 9)).toMatchObject([{ state: 'sent', attempts: 2 }])
  })
})
