import { setTimeout as sleep } from 'node:timers/promises'
import { Counter, Gauge } from 'prom-client'
import { type ConfigSnapshot, severities } from '../../foundation/config/index.ts'
import {
  createId,
  createOnlyLease,
  type Database,
  type Logger,
  type MetricsRegistry,
  type Queryable,
} from '../../foundation/platform/index.ts'
import type { Audit } from '../../govern/audit/index.ts'
import { systemActor } from '../../govern/audit/index.ts'
import type { SeriesReader } from '../metrics/index.ts'
import type { Alert } from './alert.ts'
import {
  type AlertEvent,
  countReturns,
  dropAlerts,
  dropResolved,
  lockOpenAlerts,
  putAlerts,
  putEvents,
} from './alert-store.ts'
import { findBadInferences } from './evidence-store.ts'
import { declarationOf, findTroubles, type SpentBudget, type Troubles } from './find-trouble.ts'
import { evaluatorTable, lockLease } from './lease-store.ts'
import { addNotification, dropSettled } from './notification-store.ts'
import { mutedBy, planSending } from './plan-sending.ts'
import { listActiveSilences } from './silence-store.ts'
import { returnsWithinMs, type Step, takeStep } from './transition.ts'
import type { TroubleSource } from './trouble-source.ts'

export interface Evaluator {
  start(): void
  /** Evaluates once, where this one holds the lease or can take it; whether it did. */
  evaluate(nowMs?: number): Promise<boolean>
  stop(): Promise<void>
}

/** A little after each sample of the metrics is written. */
const everyMs = 10_000
const afterSampleMs = 3_000
const leaseMs = 30_000
const shownInferences = 5
const dayMs = 86_400_000

/**
 * Holds what is declared against the metrics every ten seconds, on one replica at a time, and writes what became of it
 * with all that is to be sent, in one transaction.
 */
export function createEvaluator(options: {
  readonly database: Database
  readonly logger: Logger
  readonly registry: MetricsRegistry
  readonly audit: Pick<Audit, 'record'>
  readonly reader: SeriesReader
  readonly snapshot: () => ConfigSnapshot
  readonly readBudgets: () => Promise<readonly SpentBudget[]>
  readonly sources: readonly TroubleSource[]
  /** Told in the transaction in which an alert fires. */
  readonly tellFired: (transaction: Queryable, alert: Alert) => Promise<void>
  /** Told when there is something new to send. */
  readonly onNotification: () => void
  readonly now?: () => number
}): Evaluator {
  const { database, audit, reader, registry, snapshot, readBudgets, sources, now = Date.now } = options
  const logger = options.logger.child({ part: 'alerts' })
  const holder = createId()
  const lease = createOnlyLease(database, evaluatorTable, holder)
  const stopping = new AbortController()
  let running: Promise<boolean> = Promise.resolve(false)
  let loop: Promise<void> = Promise.resolve()
  let cleanedAtMs = 0
  let firing: readonly Alert[] = []
  const steps = new Counter({
    name: 'slipway_alert_steps_total',
    help: 'What became of alerts: opened, fired, resolved.',
    labelNames: ['step', 'severity'],
    registers: [registry],
  })
  const evaluations = new Counter({
    name: 'slipway_alert_evaluations_total',
    help: 'Evaluations of all rules and objectives, by result; alert on it from outside where it stops counting.',
    labelNames: ['result'],
    registers: [registry],
  })
  new Gauge({
    name: 'slipway_alerts_firing',
    help: 'Alerts that fire or are acknowledged, as the replica that evaluates them sees it.',
    labelNames: ['severity'],
    registers: [registry],
    collect() {
      for (const severity of severities)
        this.set({ severity }, firing.filter(alert => alert.severity === severity).length)
    },
  })

  async function evaluateNow(nowMs: number): Promise<boolean> {
    if (!(await lease.take(nowMs, leaseMs))) {
      firing = []
      return false
    }
    const current = snapshot()
    const troubles = await findTroubles({
      snapshot: current,
      look: reader.look(nowMs),
      readBudgets,
      sources,
      findBad: ({ service, config }, sinceMs) =>
        findBadInferences(database, service, config, sinceMs, shownInferences),
      onProblem: (error, declaration) =>
        logger.warn({ err: error, declaration }, 'Nothing can be said of a rule or an objective now.'),
    })
    await database.transaction(async transaction => {
      // a lease that was lost meanwhile: who has it decides
      if (!(await lockLease(transaction, holder, new Date(nowMs)))) return
      await write(transaction, current, troubles, nowMs)
    })
    if (nowMs - cleanedAtMs > 3_600_000) {
      cleanedAtMs = nowMs
      const beforeMs = nowMs - current.config.alerts.keepDays * dayMs
      await dropResolved(database, beforeMs)
      await dropSettled(database, beforeMs)
    }
    return true
  }

  async function write(
    transaction: Queryable,
    current: ConfigSnapshot,
    { findings, unknown, silent, declared }: Troubles,
    nowMs: number,
  ): Promise<void> {
    const open = await lockOpenAlerts(transaction)
    const known = new Map(open.map(alert => [alert.fingerprint, alert]))
    const found = new Map(findings.map(finding => [finding.fingerprint, finding]))
    const fresh = [...found.keys()].filter(fingerprint => !known.has(fingerprint))
    const returns = await countReturns(transaction, fresh, nowMs - returnsWithinMs)
    const taken: Step[] = []
    for (const fingerprint of new Set([...known.keys(), ...found.keys()])) {
      const alert = known.get(fingerprint)
      const declaration = alert && declarationOf(alert.source, alert.name)
      if (declaration !== undefined && unknown.has(declaration)) continue
      if (alert && silent.has(alert.source)) continue
      const step = takeStep(alert, found.get(fingerprint), {
        nowMs,
        returns: returns.get(fingerprint) ?? 0,
        isDeclared: declaration === undefined || declared.has(declaration),
      })
      if (step) taken.push(step)
    }
    const after = new Map(open.map(alert => [alert.id, alert]))
    for (const { kind, alert } of taken)
      if (kind === 'dropped') after.delete(alert.id)
      else after.set(alert.id, alert)

    const events: AlertEvent[] = taken
      .filter(({ kind }) => kind === 'opened' || kind === 'fired' || kind === 'resolved')
      .map(({ kind, alert }) => ({
        alertId: alert.id,
        at: new Date(nowMs),
        kind: kind as 'fired',
        note: alert.summary,
      }))
    const settled = await muteAndSend(transaction, [...after.values()], current, nowMs, events)
    await dropAlerts(
      transaction,
      taken.filter(({ kind }) => kind === 'dropped').map(({ alert }) => alert.id),
    )
    await putAlerts(transaction, settled)
    await putEvents(transaction, events)
    for (const { kind, alert } of taken) {
      if (kind !== 'fired' && kind !== 'resolved') continue
      if (kind === 'fired') await options.tellFired(transaction, alert)
      await audit.record(
        {
          actor: systemActor('alerts'),
          action: kind === 'fired' ? 'alert:fire' : 'alert:resolve',
          subject: `alert:${alert.id}`,
          tenant: undefined,
          after: { name: alert.name, labels: alert.labels, severity: alert.severity, value: alert.value },
        },
        transaction,
      )
    }
    firing = settled.filter(({ state }) => state === 'firing' || state === 'acknowledged')
    for (const { kind, alert } of taken)
      if (kind !== 'kept') steps.inc({ step: kind, severity: alert.severity })
  }

  /** Decides of each whether it is silenced, and writes what is to be sent. */
  async function muteAndSend(
    transaction: Queryable,
    alerts: readonly Alert[],
    { config }: ConfigSnapshot,
    nowMs: number,
    events: AlertEvent[],
  ): Promise<Alert[]> {
    const silences = await listActiveSilences(transaction, nowMs)
    const settled: Alert[] = []
    for (const alert of alerts) {
      const mute = mutedBy(alert, alerts, silences)
      const muted: Alert = { ...alert, mutedBy: mute && `${mute.kind} ${mute.id}` }
      if (mute) {
        if (alert.mutedBy !== muted.mutedBy)
          events.push({
            alertId: alert.id,
            at: new Date(nowMs),
            kind: mute.kind === 'silence' ? 'silenced' : 'inhibited',
            note: mute.id,
          })
        settled.push(muted)
        continue
      }
      const planned = planSending(muted, config.alerts, nowMs)
      for (const notification of planned) await addNotification(transaction, notification)
      settled.push(planned.length > 0 ? { ...muted, sentAt: new Date(nowMs) } : muted)
    }
    return settled
  }

  /** One after the other, however it is asked. */
  const evaluate = (nowMs = now()): Promise<boolean> =>
    (running = running.then(async () => {
      try {
        const did = await evaluateNow(nowMs)
        if (did) {
          evaluations.inc({ result: 'ok' })
          options.onNotification()
        }
        return did
      } catch (error) {
        evaluations.inc({ result: 'failed' })
        logger.warn({ err: error }, 'Rules and objectives could not be evaluated.')
        return false
      }
    }))

  async function run(): Promise<void> {
    const { signal } = stopping
    while (!signal.aborted) {
      const pauseMs = everyMs - ((now() - afterSampleMs) % everyMs)
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined)
      if (!signal.aborted) await evaluate()
    }
  }

  return {
    evaluate,
    start: () => {
      loop = run()
    },
    stop: async () => {
      stopping.abort()
      await loop
      await running
      await lease.give().catch(() => undefined)
    },
  }
}
