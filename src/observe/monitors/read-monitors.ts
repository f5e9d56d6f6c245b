import type { ConfigSnapshot } from '../../foundation/config/index.ts'
import { createId, type Queryable } from '../../foundation/platform/index.ts'
import type { MonitorView } from './monitor-wire.ts'
import type { NewerEvaluation, ReferencePorts } from './reference/reference-ports.ts'
import { readRates } from './point-store.ts'
import { readMonitors, readReferences, type StoredReference } from './state-store.ts'
import { type DeclaredMonitor, declaredMonitors } from './watch/declared-monitor.ts'
import { createMonitorRun } from './watch/monitor-run.ts'

const weekMs = 7 * 86_400_000
const yearMs = 365 * 86_400_000
/** A rate over less says little. */
const leastSpanMs = 3_600_000

/** Monitors of the configuration as they are now, with what is newer than their references; `only` one of them where it is given. */
export async function viewMonitors(
  queryable: Queryable,
  ports: Pick<ReferencePorts, 'findNewerEvaluation'>,
  snapshot: Pick<ConfigSnapshot, 'config'>,
  nowMs: number,
  only?: string,
): Promise<MonitorView[]> {
  const declared = declaredMonitors(snapshot).filter(({ name }) => only === undefined || name === only)
  const names = declared.map(({ name }) => name)
  const states = await readMonitors(queryable, names)
  const references = await readReferences(queryable, names)
  const rates = await readRates(queryable, nowMs - weekMs)
  const views: MonitorView[] = []
  for (const one of declared) {
    const own = references.get(one.name) ?? []
    const stored = states.get(one.name)
    const run = createMonitorRun(one, own, stored?.state ?? { streams: {} }, createId)
    const { sharing } = run
    // those that are held against an evaluation do not share it
    const shared = rates.filter(
      ({ monitor, stream }) =>
        monitor === one.name &&
        own.find(reference => reference.stream === stream)?.reference.origin?.kind !== 'evaluation',
    )
    const values = shared.reduce((sum, rate) => sum + rate.values, 0)
    const firstMs = Math.min(...shared.map(({ firstAt }) => firstAt.getTime()))
    // each of K detectors has the run length K·A, so that together they have that of their mean rate
    const falseAlarmsPerYear =
      shared.length > 0 && sharing > 0
        ? (values / sharing / one.config.runLength) * (yearMs / Math.max(leastSpanMs, nowMs - firstMs))
        : undefined
    views.push({
      declared: one,
      stored,
      references: own,
      newer: await findNewer(ports, one, own),
      levels: run.levels(),
      sharing,
      falseAlarmsPerYear,
    })
  }
  return views
}

/** By streams that are held against an evaluation: the run that would be taken now, where it is another. */
async function findNewer(
  ports: Pick<ReferencePorts, 'findNewerEvaluation'>,
  { config, streams }: DeclaredMonitor,
  references: readonly StoredReference[],
): Promise<Map<string, NewerEvaluation>> {
  const found = new Map<string, NewerEvaluation>()
  for (const { stream, declaredHash, reference } of references) {
    const { origin, fromMs } = reference
    const declared = streams.find(({ name, hash }) => name === stream && hash === declaredHash)?.config
    const wanted = declared?.kind === 'score' ? declared.reference : undefined
    if (origin?.kind !== 'evaluation' || !wanted) continue
    const { run, suite, evaluator, releaseHash } = origin
    const { tenant } = wanted
    const newer = await ports.findNewerEvaluation(
      { tenant, suite, evaluator, service: config.service, releaseHash },
      { run, fromMs },
    )
    if (newer) found.set(stream, newer)
  }
  return found
}
