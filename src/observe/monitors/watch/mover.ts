import { setTimeout as sleep } from 'node:timers/promises'
import type { ConfigSnapshot } from '../../../foundation/config/index.ts'
import {
  createId,
  createOnlyLease,
  type Database,
  type Logger,
  type MetricsRegistry,
} from '../../../foundation/platform/index.ts'
import type { Audit } from '../../../govern/audit/index.ts'
import { dropEndedAlarms, listUnexplained, type MonitorAlarm, putReport } from '../alarm-store.ts'
import { countInbox, readInbox, removeFromInbox, type WaitingEntry } from '../inbox-store.ts'
import type { MonitorMetrics } from '../monitor-metrics.ts'
import { thinPoints } from '../point-store.ts'
import type { ReferencePorts } from '../reference/reference-ports.ts'
import { learnReferences } from './learn-references.ts'
import { createLoadedMonitors, type LoadedMonitor } from './loaded-monitors.ts'
import { readEntries } from './read-entries.ts'
import type { TextPorts } from './read-features.ts'
import { type OnAlarm, writeMoved } from './write-moved.ts'

export interface Mover {
  start(): void
  /** There is something to move. */
  nudge(): void
  /** Moves all that waits, where this one holds the lease or can take it; whether it did. */
  move(nowMs?: number): Promise<boolean>
  stop(): Promise<void>
}

const everyMs = 1_000
const leaseMs = 30_000
/** A batch of stored inferences is one entry. */
const entriesAtOnce = 20
const learnEveryMs = 10_000
const cleanEveryMs = 3_600_000
const dayMs = 86_400_000
const thinAfterMs = 2 * dayMs

/**
 * Moves all detectors, on one replica at a time. What waits is taken away, and where the detectors are is written, in one transaction: whoever is
 * killed in between has moved nothing, and each value counts once. Texts are read and vectors made before it.
 */
export function createMover(options: {
  readonly database: Database
  readonly logger: Logger
  readonly registry: MetricsRegistry
  readonly metrics: MonitorMetrics
  readonly audit: Pick<Audit, 'record'>
  readonly snapshot: () => ConfigSnapshot
  readonly texts: TextPorts
  readonly references: ReferencePorts
  readonly onAlarm: OnAlarm
  /** What explains an alarm, kept with it; asked again where the process dies meanwhile. */
  readonly explain: (alarm: MonitorAlarm) => Promise<unknown>
  readonly now?: () => number
}): Mover {
  const { database, metrics, snapshot, texts, references, explain, now = Date.now } = options
  const logger = options.logger.child({ part: 'monitors' })
  const lease = createOnlyLease(database, 'monitor_mover', createId())
  const stopping = new AbortController()
  let wake: (() => void) | undefined
  let loop: Promise<void> = Promise.resolve()
  let running: Promise<boolean> = Promise.resolve(false)
  const loaded = createLoadedMonitors(database, snapshot, metrics)
  let learntAtMs = -Infinity
  let cleanedAtMs = -Infinity

  async function learn(nowMs: number): Promise<void> {
    if (nowMs - learntAtMs < learnEveryMs) return
    learntAtMs = nowMs
    const { signal } = stopping
    const context = { database, logger, ports: { ...texts, ...references }, signal }
    if (!(await learnReferences(context, loaded.all(), nowMs))) return
    loaded.forget()
    await loaded.load(nowMs)
  }

  async function moveNow(nowMs: number): Promise<boolean> {
    if (!(await lease.take(nowMs, leaseMs))) {
      loaded.forget()
      return false
    }
    // somebody has changed something: what is to be learned now is not kept waiting
    if (await loaded.load(nowMs)) learntAtMs = -Infinity
    await learn(nowMs)
    for (;;) {
      const entries = await readInbox(database, entriesAtOnce)
      if (entries.length === 0 || stopping.signal.aborted) break
      const startedAt = performance.now()
      await moveEntries(entries)
      metrics.seconds((performance.now() - startedAt) / 1_000)
      if (!(await lease.take(now(), leaseMs))) return false
    }
    await explainAlarms()
    metrics.waiting((await countInbox(database)).entries)
    if (nowMs - cleanedAtMs > cleanEveryMs) {
      cleanedAtMs = nowMs
      const before = new Date(nowMs - snapshot().config.alerts.keepDays * dayMs)
      await thinPoints(database, new Date(nowMs - thinAfterMs), before)
      await dropEndedAlarms(database, before)
    }
    return true
  }

  async function explainAlarms(): Promise<void> {
    for (const alarm of await listUnexplained(database, 10)) {
      try {
        await putReport(database, alarm.id, await explain(alarm))
      } catch (error) {
        logger.warn({ err: error, alarm: alarm.id }, 'An alarm of a monitor could not be explained.')
        await putReport(database, alarm.id, undefined)
      }
    }
  }

  async function moveEntries(entries: readonly WaitingEntry[]): Promise<void> {
    const byService = Map.groupBy(loaded.all(), ({ declared }) => declared.config.service)
    const { signal } = stopping
    const facts = await readEntries({ database, logger, metrics, texts, signal }, entries, byService)
    try {
      const isMoved = await database.transaction(async transaction => {
        if (!(await lease.lock(transaction))) return false
        const removed = await removeFromInbox(
          transaction,
          entries.map(({ id }) => id),
        )
        if (removed !== entries.length) return false
        const touched = new Set<LoadedMonitor>()
        for (const entry of entries)
          for (const one of byService.get(entry.service) ?? []) {
            if (one.stored.isPaused) continue
            touched.add(one)
            const texts = facts.textsFor(one.declared)
            if (entry.kind === 'inference')
              for (const seen of entry.items) one.run.takeInference(seen, texts?.get(seen.id))
            else
              for (const seen of entry.items) one.run.takeOpinion(facts.withSide(seen), texts?.get(seen.id))
          }
        await writeMoved(transaction, options, [...touched], new Date(now()))
        for (const one of touched) one.stored = { ...one.stored, version: one.stored.version + 1 }
        return true
      })
      if (!isMoved) loaded.forget()
    } catch (error) {
      // what is in memory has moved on, and what is written has not
      loaded.forget()
      throw error
    }
  }

  /** One after the other, however it is asked. */
  const move = (nowMs = now()): Promise<boolean> =>
    (running = running.then(async () => {
      try {
        return await moveNow(nowMs)
      } catch (error) {
        if (!stopping.signal.aborted) logger.warn({ err: error }, 'The detectors could not be moved.')
        return false
      }
    }))

  async function run(): Promise<void> {
    const { signal } = stopping
    while (!signal.aborted) {
      await move()
      const nudged = new Promise<void>(resolve => (wake = resolve))
      // several batches are stored in a second, and one look for all is enough
      await sleep(everyMs / 2, undefined, { signal, ref: false }).catch(() => undefined)
      await Promise.race([
        nudged,
        sleep(everyMs * 5, undefined, { signal, ref: false }).catch(() => undefined),
      ])
    }
  }

  return {
    move,
    nudge: () => wake?.(),
    start: () => {
      loop = run()
    },
    stop: async () => {
      stopping.abort()
      wake?.()
      await loop
      await running
      await lease.give().catch(() => undefined)
    },
  }
}
