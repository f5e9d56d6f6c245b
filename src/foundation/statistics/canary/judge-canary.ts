import { sampleRatioEvidence } from '../sequential/sample-ratio.ts'
import { type Arm, createHarmMeter, type Harm, type HarmKind } from './harm.ts'

export interface CanaryMetric {
  readonly name: string
  readonly kind: HarmKind
  readonly better: 'lower' | 'higher'
  /** Of a guard how much worse the candidate may be, of a goal how much better it has to be; on the scale of the kind. */
  readonly margin: number
  /** A guard where it is left out. */
  readonly role?: 'guard' | 'goal'
}

export interface CanaryPlan {
  readonly metrics: readonly CanaryMetric[]
  /** The candidate's share of traffic in this step; `undefined` where it is not to be looked at, as of copies that are dropped when there is no room. */
  readonly share: number | undefined
  /** The chance of rolling back in this step although no metric is beyond its margin, and that of promoting although one is. */
  readonly alpha: { readonly rollback: number; readonly promote: number }
  /** Of each arm, before a promotion. */
  readonly leastValues: number
}

/** What is said of one metric, with its numbers. A goal is `harmful` where it surely is missed, and `safe` where it surely is reached. */
export interface MetricVerdict extends Harm {
  readonly name: string
  readonly role: 'guard' | 'goal'
  readonly margin: number
  readonly counts: Readonly<Record<Arm, number>>
  readonly state: 'harmful' | 'safe' | 'unsure'
}

export interface CanaryVerdict {
  readonly decision: 'promote' | 'hold' | 'roll-back'
  /** In words, most important first. */
  readonly reasons: readonly string[]
  readonly metrics: readonly MetricVerdict[]
  /** ln of the evidence that traffic was not split as it was to be. */
  readonly sampleRatio: number
}

/** Traffic that was not split as it was to be makes every comparison suspect: nothing is decided then. */
const splitAlpha = 0.001

/**
 * Judges one step of a rollout, after any value and as often as one likes: *roll back* where a metric is surely beyond its margin, *promote* where all
 * surely are within, *hold* otherwise; no data is never success. Rolling back takes one metric, so its error is divided among them
 * (Bonferroni); promoting takes all, so it is not (an intersection–union test, Berger 1982). Metrics of kind `mean` hold, and do
 * not roll back: their bounds are asymptotic. A goal that surely is missed rolls back as harm does.
 */
export function createCanaryJudge(plan: CanaryPlan) {
  const { metrics, alpha, share, leastValues } = plan
  if (metrics.length === 0) throw new RangeError('A canary needs a metric to be judged by.')
  const deciding = Math.max(1, metrics.filter(({ kind }) => kind !== 'mean').length)
  const meters = new Map(
    metrics.map(metric => [
      metric.name,
      {
        metric,
        meter: createHarmMeter({
          kind: metric.kind,
          better: metric.better,
          alpha: { harmful: alpha.rollback / deciding, safe: alpha.promote },
        }),
      },
    ]),
  )
  const assigned = { baseline: 0, candidate: 0 }

  function judgeMetric({ name, kind, margin, role = 'guard' }: CanaryMetric): MetricVerdict {
    const meter = meters.get(name)?.meter
    const harm = meter?.harm() ?? { estimate: Number.NaN, low: -Infinity, high: Infinity }
    const most = role === 'guard' ? margin : -margin
    const state = harm.low > most && kind !== 'mean' ? 'harmful' : harm.high < most ? 'safe' : 'unsure'
    return { name, role, margin, counts: { ...(meter?.counts ?? assigned) }, ...harm, state }
  }

  return {
    /** Someone was assigned to an arm, whatever came of it. */
    assign: (arm: Arm): void => {
      assigned[arm] += 1
    },
    observe: (name: string, arm: Arm, value: number): void => {
      const found = meters.get(name)
      if (!found) throw new RangeError(`The canary has no metric ${name}.`)
      found.meter.observe(arm, value)
    },
    verdict: (): CanaryVerdict => {
      const sampleRatio =
        share === undefined
          ? 0
          : sampleRatioEvidence([assigned.baseline, assigned.candidate], [1 - share, share])
      const judged = metrics.map(judgeMetric)
      const harmful = judged.filter(({ state }) => state === 'harmful')
      if (harmful.length > 0)
        return { decision: 'roll-back', reasons: harmful.map(explain), metrics: judged, sampleRatio }
      if (share !== undefined && sampleRatio >= -Math.log(splitAlpha)) {
        const reason = `Traffic was not split as it was to be: ${assigned.candidate} of ${assigned.baseline + assigned.candidate} went to the candidate, ${(100 * share).toPrecision(3)} % were due.`
        return { decision: 'hold', reasons: [reason], metrics: judged, sampleRatio }
      }
      const unsure = judged.filter(({ state }) => state === 'unsure')
      const few = judged.filter(({ counts }) => Math.min(counts.baseline, counts.candidate) < leastValues)
      if (unsure.length > 0 || few.length > 0)
        return {
          decision: 'hold',
          reasons: [
            ...unsure.map(explain),
            ...few.map(
              ({ name, counts }) =>
                `${name}: an arm has ${Math.min(counts.baseline, counts.candidate)} values of at least ${leastValues}.`,
            ),
          ],
          metrics: judged,
          sampleRatio,
        }
      return { decision: 'promote', reasons: judged.map(explain), metrics: judged, sampleRatio }
    },
  }
}

function explain({ name, role, low, high, margin, state, counts }: MetricVerdict): string {
  const values = `${counts.candidate} values of the candidate, ${counts.baseline} of the baseline`
  if (counts.candidate === 0 || counts.baseline === 0) return `${name}: nothing is known yet: ${values}.`
  const ends = `${digits(low)} to ${digits(high)}`
  const wanted =
    role === 'guard' ? `${digits(margin)} is allowed` : `better by ${digits(margin)} at least is wanted`
  if (state === 'harmful') return `${name}: worse by ${ends}; ${wanted} (${values}).`
  if (state === 'safe')
    return role === 'guard'
      ? `${name}: within ${digits(margin)}: ${ends} (${values}).`
      : `${name}: better by ${digits(-high)} to ${digits(-low)}; ${wanted} (${values}).`
  return `${name}: not decided yet: worse by ${ends}; ${wanted} (${values}).`
}

const digits = (value: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(3))) : 'what nobody knows yet'
