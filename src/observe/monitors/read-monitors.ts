import type { ConfigSnapshot } from '../../foundation/config/index.ts'
import { createId, type Queryable } from '../../foundation/platform/index.ts'
import type { MonitorView } from './monitor-wire.ts'
import { readRates } from './point-store.ts'
import { readMonitors, readReferences } from './state-store.ts'
import { declaredMonitors } from './watch/declared-monitor.ts'
import { createMonitorRun } from './watch/monitor-run.ts'

const weekMs = 7 * 86_400_000
const yearMs = 365 * 86_400_000
/** A rate over less says little. */
const leastSpanMs = 3_600_000

/** Monitors of the configuration as they are now; `only` one of them where it is given. */
export async function viewMonitors(
  queryable: Queryable,
  snapshot: Pick<ConfigSnapshot, 'config'>,
  nowMs: number,
  only?: string,
): Promise<MonitorView[]> {
  const declared = declaredMonitors(snapshot).filter(({ name }) => only === undefined || name === only)
  const names = declared.map(({ name }) => name)
  const states = await readMonitors(queryable, names)
  const references = await readReferences(queryable, names)
  const rates = await readRates(queryable, nowMs - weekMs)
  return declared.map(one => {
    const own = references.get(one.name) ?? []
    const stored = states.get(one.name)
    const levels = createMonitorRun(one, own, stored?.state ?? { streams: {} }, createId).levels()
    const rate = rates.find(({ monitor }) => monitor === one.name)
    const spanMs = rate && Math.max(leastSpanMs, nowMs - rate.firstAt.getTime())
    // each of K detectors has the run length K·A, so that together they have that of their mean rate
    const falseAlarmsPerYear =
      rate && spanMs !== undefined && levels.length > 0
        ? (rate.values / levels.length / one.config.runLength) * (yearMs / spanMs)
        : undefined
    return { declared: one, stored, references: own, levels, falseAlarmsPerYear }
  })
}
