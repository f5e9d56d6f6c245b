import type { Queryable } from '../../../foundation/platform/index.ts'
import { type Audit, systemActor } from '../../../govern/audit/index.ts'
import { endAlarms, insertAlarm, type MonitorAlarm, raiseAgain } from '../alarm-store.ts'
import type { MonitorMetrics } from '../monitor-metrics.ts'
import { addPoints, type Point } from '../point-store.ts'
import { putStates } from '../state-store.ts'
import type { DeclaredMonitor } from './declared-monitor.ts'
import type { LoadedMonitor } from './loaded-monitors.ts'
import { alarmOf } from './make-alarm.ts'
import type { MonitorRun, RunEvent } from './monitor-run.ts'

/** Told in the transaction that writes an alarm. */
export type OnAlarm = (transaction: Queryable, alarm: MonitorAlarm) => Promise<void>

export interface WritePorts {
  readonly metrics: Pick<MonitorMetrics, 'level' | 'moved' | 'raised'>
  readonly audit: Pick<Audit, 'record'>
  readonly onAlarm: OnAlarm
}

const minuteMs = 60_000

/** Writes where the detectors of monitors are now, and what has come of it. Throws where somebody has changed one meanwhile. */
export async function writeMoved(
  transaction: Queryable,
  ports: WritePorts,
  touched: readonly LoadedMonitor[],
  at: Date,
): Promise<void> {
  const points: Point[] = []
  for (const { declared, run } of touched) {
    const { events, means } = run.drain()
    points.push(...pointsOf(declared.name, means))
    for (const event of events) await writeEvent(transaction, ports, declared, event, at)
    for (const { stream, level } of means) ports.metrics.level(declared.name, stream, level)
    ports.metrics.moved(declared.name, run.takeCount())
  }
  await addPoints(transaction, points)
  const moved = touched.map(({ declared, run, stored }) => ({
    monitor: declared.name,
    version: stored.version,
    state: run.state(),
  }))
  if (!(await putStates(transaction, moved, at))) throw new Error('Somebody has changed a monitor meanwhile.')
}

async function writeEvent(
  transaction: Queryable,
  { metrics, audit, onAlarm }: WritePorts,
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
