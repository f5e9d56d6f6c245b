import type { ConfigSnapshot } from '../../foundation/config/index.ts'
import { createId, type Queryable } from '../../foundation/platform/index.ts'
import type { EvaluationView, MonitorView } from './monitor-wire.ts'
import { describeUnlike } from './reference/describe-reference.ts'
import type { ReferencePorts } from './reference/reference-ports.ts'
import { readRates } from './point-store.ts'
import { readMonitors, readReferences, type StoredReference } from './state-store.ts'
import { type DeclaredMonitor, declaredMonitors } from './watch/declared-monitor.ts'
import { createMonitorRun } from './watch/monitor-run.ts'

const weekMs = 7 * 86_400_000
const yearMs = 365 * 86_400_000
/** A rate over less says little. */
const leastSpanMs = 3_600_000

/** What is asked of evaluations where monitors are looked at. */
export type EvaluationPorts = Pick<ReferencePorts, 'findNewerEvaluation' | 'compareJudge'>

/** Monitors of the configuration as they are now, with what is to be said of the evaluations that they are held against; `only` one of them where it is given. */
export async function viewMonitors(
  queryable: Queryable,
  ports: EvaluationPorts,
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
      evaluations: await lookAtEvaluations(ports, snapshot.config.judges, one, own),
      levels: run.levels(),
      sharing,
      falseAlarmsPerYear,
    })
  }
  return views
}

/** Of each stream that is held against an evaluation what is to be said of that. */
async function lookAtEvaluations(
  ports: EvaluationPorts,
  judges: ConfigSnapshot['config']['judges'],
  { config, streams }: DeclaredMonitor,
  references: readonly StoredReference[],
): Promise<Map<string, EvaluationView>> {
  const found = new Map<string, EvaluationView>()
  const { service } = config
  for (const { stream, declaredHash, reference } of references) {
    const { origin, fromMs } = reference
    const declared = streams.find(({ name, hash }) => name === stream && hash === declaredHash)?.config
    if (origin?.kind !== 'evaluation' || declared?.kind !== 'score' || !declared.reference) continue
    const { run, suite, evaluator, releaseHash } = origin
    const { tenant } = declared.reference
    const judge = judges[declared.judge]
    const unlike = judge && (await ports.compareJudge({ tenant, run, evaluator, service }, judge))
    found.set(stream, {
      newer: await ports.findNewerEvaluation(
        { tenant, suite, evaluator, service, releaseHash },
        { run, fromMs },
      ),
      unlike: unlike && describeUnlike(origin, declared.judge, unlike),
    })
  }
  return found
}
