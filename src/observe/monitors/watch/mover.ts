import { setTimeout as sleep } from 'node:timers/promises'
import type { ConfigSnapshot } from '../../../foundation/config/index.ts'
import {
  createId,
  createOnlyLease,
  type Database,
  type Logger,
  type MetricsRegistry,
  type Queryable,
} from '../../../foundation/platform/index.ts'
import { type Audit, systemActor } from '../../../govern/audit/index.ts'
import {
  dropEndedAlarms,
  endAlarms,
  insertAlarm,
  listOpenAlarms,
  listUnexplained,
  type MonitorAlarm,
  putReport,
  raiseAgain,
} from '../alarm-store.ts'
import { countInbox, readInbox, removeFromInbox, type WaitingEntry } from '../inbox-store.ts'
import type { MonitorMetrics } from '../monitor-metrics.ts'
import { addPoints, type Point, thinPoints } from '../point-store.ts'
import { findReleases } from '../reference/reference-rows-store.ts'
import {
  ensureMonitors,
  putReference,
  putStates,
  readMonitors,
  readReferences,
  readVersions,
  type StoredMonitor,
  type StoredReference,
} from '../state-store.ts'
import type { FeatureName, TextFeatures } from '../streams/measure.ts'
import { type DeclaredMonitor, declaredMonitors } from './declared-monitor.ts'
import { alarmOf } from './make-alarm.ts'
import { createMonitorRun, isLookedAt, type MonitorRun, type RunEvent } from './monitor-run.ts'
import { readFeatures, type TextPorts } from './read-features.ts'
import { takeReferences } from './take-reference.ts'

export interface Mover {
  start(): void
  /** There is something to move. */
  nudge(): void
  /** Moves all that waits, where this one holds the lease or can take it; whether it did. */
  move(nowMs?: number): Promise<boolean>
  stop(): Promise<void>
}

/** Told in the transaction that writes an alarm. */
export type OnAlarm = (transaction: Queryable, alarm: MonitorAlarm) => Promise<void>

interface Loaded {
  readonly declared: DeclaredMonitor
  readonly references: readonly StoredReference[]
  readonly run: MonitorRun
  stored: StoredMonitor
}

const everyMs = 1_000
const leaseMs = 30_000
/** A batch of stored inferences is one entry. */
const entriesAtOnce = 20
const learnEveryMs = 10_000
const cleanEveryMs = 3_600_000
const dayMs = 86_400_000
const minuteMs = 60_000
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
  readonly onAlarm: OnAlarm
  /** What explains an alarm, kept with it; asked again where the process dies meanwhile. */
  readonly explain: (alarm: MonitorAlarm) => Promise<unknown>
  /** Told after alarms were written. */
  readonly onAlarmed: () => void
  readonly now?: () => number
}): Mover {
  const { database, metrics, audit, snapshot, texts, onAlarm, explain, onAlarmed, now = Date.now } = options
  const logger = options.logger.child({ part: 'monitors' })
  const lease = createOnlyLease(database, 'monitor_mover', createId())
  const stopping = new AbortController()
  let wake: (() => void) | undefined
  let loop: Promise<void> = Promise.resolve()
  let running: Promise<boolean> = Promise.resolve(false)
  let loaded = new Map<string, Loaded>()
  let loadedFor: ConfigSnapshot | undefined
  let learntAtMs = -Infinity
  let cleanedAtMs = -Infinity

  /** What is in memory is what is written, or is read again. */
  async function load(): Promise<void> {
    const current = snapshot()
    if (loadedFor === current) {
      const versions = await readVersions(database)
      if ([...loaded].every(([name, { stored }]) => versions.get(name) === stored.version)) return
    } else await endUndeclared(current)
    loaded = new Map()
    const all = declaredMonitors(current)
    const names = all.map(({ name }) => name)
    await ensureMonitors(database, names)
    const [states, references] = [await readMonitors(database, names), await readReferences(database, names)]
    metrics.reset()
    for (const declared of all) {
      const stored = states.get(declared.name)
      if (!stored) continue
      const own = references.get(declared.name) ?? []
      const run = createMonitorRun(declared, own, stored.state, createId)
      loaded.set(declared.name, { declared, references: own, run, stored })
    }
    loadedFor = current
  }

  async function endUndeclared({ config }: ConfigSnapshot): Promise<void> {
    const gone = (await listOpenAlarms(database)).filter(
      ({ monitor, stream }) => config.monitors[monitor]?.streams[stream] === undefined,
    )
    await endAlarms(
      database,
      gone.map(({ id }) => id),
      'undeclared',
      new Date(now()),
    )
  }

  async function learn(nowMs: number): Promise<void> {
    if (nowMs - learntAtMs < learnEveryMs) return
    learntAtMs = nowMs
    let isNew = false
    for (const { declared, stored, run, references } of loaded.values()) {
      const streams = declared.streams.filter(({ name }) => !run.watched.has(name))
      if (streams.length === 0 || stored.isPaused) continue
      try {
        const { taken } = await takeReferences(database, texts, declared, {
          streams,
          stored,
          known: references,
          nowMs,
          signal: stopping.signal,
        })
        for (const reference of taken) {
          await putReference(database, declared.name, reference)
          isNew = true
          logger.info(
            { monitor: declared.name, stream: reference.stream, rows: reference.reference.rows },
            'A monitor has a reference.',
          )
        }
      } catch (error) {
        if (stopping.signal.aborted) return
        logger.warn({ err: error, monitor: declared.name }, 'The reference of a monitor could not be taken.')
      }
    }
    if (!isNew) return
    loadedFor = undefined
    await load()
  }

  async function moveNow(nowMs: number): Promise<boolean> {
    if (!(await lease.take(nowMs, leaseMs))) {
      loadedFor = undefined
      return false
    }
    await load()
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
    const byService = Map.groupBy([...loaded.values()], ({ declared }) => declared.config.service)
    const features = await featuresOf(entries, byService)
    const releases = await releasesOf(entries, byService)
    try {
      const isMoved = await database.transaction(async transaction => {
        if (!(await lease.lock(transaction))) return false
        const removed = await removeFromInbox(
          transaction,
          entries.map(({ id }) => id),
        )
        if (removed !== entries.length) return false
        const touched = new Set<Loaded>()
        for (const entry of entries)
          for (const one of byService.get(entry.service) ?? []) {
            if (one.stored.isPaused) continue
            touched.add(one)
            const texts = features.get(featureKey(one.declared))
            if (entry.kind === 'inference')
              for (const seen of entry.items) one.run.takeInference(seen, texts?.get(seen.id))
            else
              for (const seen of entry.items) {
                const release = releases.get(seen.id)
                one.run.takeOpinion(release === undefined ? seen : { ...seen, release }, texts?.get(seen.id))
              }
          }
        await write(transaction, [...touched])
        return true
      })
      if (!isMoved) loadedFor = undefined
    } catch (error) {
      // what is in memory has moved on, and what is written has not
      loadedFor = undefined
      throw error
    }
  }

  async function write(transaction: Queryable, touched: readonly Loaded[]): Promise<void> {
    const at = new Date(now())
    const points: Point[] = []
    let isAlarmed = false
    for (const { declared, run } of touched) {
      const { events, means } = run.drain()
      points.push(...pointsOf(declared.name, means))
      for (const event of events) {
        await writeEvent(transaction, declared, event, at)
        isAlarmed ||= event.kind === 'raised'
      }
      for (const { stream, level } of means) metrics.level(declared.name, stream, level)
      metrics.moved(declared.name, run.takeCount())
    }
    await addPoints(transaction, points)
    const moved = touched.map(({ declared, run, stored }) => ({
      monitor: declared.name,
      version: stored.version,
      state: run.state(),
    }))
    if (!(await putStates(transaction, moved, at)))
      throw new Error('Somebody has changed a monitor meanwhile.')
    for (const one of touched) one.stored = { ...one.stored, version: one.stored.version + 1 }
    if (isAlarmed) onAlarmed()
  }

  async function writeEvent(
    transaction: Queryable,
    declared: DeclaredMonitor,
    event: RunEvent,
    at: Date,
  ): Promise<void> {
    if (event.kind === 'ended') return await endAlarms(transaction, [event.id], 'over', at)
    const alarm = alarmOf(declared, event)
    if (event.open) return await raiseAgain(transaction, event.id, at, alarm.evidence)
    await insertAlarm(transaction, alarm)
    metrics.raised(declared.name, event.stream.name)
    await onAlarm(transaction, alarm)
    await audit.record(
      {
        actor: systemActor('monitors'),
        action: 'monitor:alarm',
        subject: `monitor:${declared.name}`,
        tenant: undefined,
        after: { alarm: alarm.id, stream: alarm.stream, detector: alarm.detector, summary: alarm.summary },
      },
      transaction,
    )
  }

  /** Monitors that look at the same texts in the same way share what comes of it. */
  async function featuresOf(
    entries: readonly WaitingEntry[],
    byService: ReadonlyMap<string, readonly Loaded[]>,
  ): Promise<Map<string, Map<string, TextFeatures>>> {
    const found = new Map<string, Map<string, TextFeatures>>()
    for (const [service, monitors] of byService) {
      const own = entries.filter(entry => entry.service === service)
      for (const [key, group] of Map.groupBy(monitors, ({ declared }) => featureKey(declared))) {
        const active = group.filter(({ stored, run }) => !stored.isPaused && run.watched.size > 0)
        const names = new Set<FeatureName>(active.flatMap(({ declared }) => [...declared.features]))
        if (names.size === 0) continue
        const slicing = active.some(
          ({ declared: { config } }) => config.slices.includes('language') || config.slices.includes('topic'),
        )
        const ids = own.flatMap(entry =>
          entry.kind === 'inference'
            ? entry.items.filter(({ hasContent }) => hasContent).map(({ id }) => id)
            : slicing
              ? entry.items.map(({ id }) => id)
              : [],
        )
        const looked = ids.filter(id => active.some(({ declared }) => isLookedAt(id, declared)))
        const embedder = active[0]?.declared.embedder
        try {
          found.set(key, await readFeatures(database, texts, looked, { names, embedder }, stopping.signal))
        } catch (error) {
          stopping.signal.throwIfAborted()
          // numbers go on without their texts; waiting for an embedder would hold up everything
          metrics.lost('no_texts', looked.length)
          logger.warn({ err: error, service }, 'Texts could not be looked at by monitors.')
        }
      }
    }
    return found
  }

  async function releasesOf(
    entries: readonly WaitingEntry[],
    byService: ReadonlyMap<string, readonly Loaded[]>,
  ): Promise<Map<string, string | undefined>> {
    const ids = entries.flatMap(entry =>
      entry.kind !== 'inference' &&
      byService.get(entry.service)?.some(({ declared }) => declared.config.slices.includes('release'))
        ? entry.items.map(({ id }) => id)
        : [],
    )
    return await findReleases(database, ids)
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

const featureKey = ({ config, embedder }: DeclaredMonitor): string => `${config.service} ${embedder ?? ''}`

function pointsOf(monitor: string, means: ReturnType<MonitorRun['drain']>['means']): Point[] {
  const points = new Map<string, Point>()
  for (const { stream, detector, timeMs, level, count, valueSum, referenceSum } of means) {
    const atMs = Math.floor(timeMs / minuteMs) * minuteMs
    const key = `${stream} ${detector} ${atMs}`
    const before = points.get(key)
    points.set(key, {
      monitor,
      stream,
      detector,
      atMs,
      level: Math.max(before?.level ?? 0, level),
      count: (before?.count ?? 0) + count,
      valueSum: (before?.valueSum ?? 0) + valueSum,
      referenceSum: (before?.referenceSum ?? 0) + referenceSum,
    })
  }
  return [...points.values()]
}
