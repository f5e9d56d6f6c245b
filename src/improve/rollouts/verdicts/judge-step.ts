import { secondsOf } from '../../../foundation/config/index.ts'
import { type Arm, createArmComparison, createCanaryJudge } from '../../../foundation/statistics/index.ts'
import type { ArmOutcome } from '../../../observe/traces/index.ts'
import {
  alphaOfPair,
  alphaOfStep,
  evidenceSince,
  isNarrowed,
  percentText,
  type Rollout,
  stepTraffic,
} from '../rollout.ts'
import { planMetric, type PlannedMetric, type SaidOf } from './measures.ts'
import { bestOf, besideOthers, known, sayBest, sayBeaten } from './narrow.ts'
import type { CandidateVerdict, MetricFinding, StepJudgement } from './verdict.ts'

/** Takes the requests of one step in the order in which they came; says at its end what follows. */
export interface StepJudge {
  observe(outcome: ArmOutcome, said: SaidOf): void
  judge(now: Date): StepJudgement
}

/**
 * One judge of each candidate against the baseline, over all requests of the step: whoever judges the same requests again finds the
 * same. Of several candidates each is compared within the requests that went to it or to the baseline; where they are narrowed, also with each other.
 */
export function createStepJudge(rollout: Rollout): StepJudge {
  const traffic = stepTraffic(rollout)
  const alpha = alphaOfStep(rollout)
  const metrics = rollout.plan.metrics
    .map(planMetric)
    .filter(({ isOfCopies }) => isOfCopies || !traffic.isShadow)
  const whole = Object.values(traffic.shares).reduce((sum, share) => sum + share, 0)
  const judges = new Map(
    rollout.arms.map(release => {
      const share = traffic.shares[release] ?? 0
      return [
        release,
        createCanaryJudge({
          metrics,
          // copies are dropped where there is no room, so that their share says nothing
          share: traffic.isShadow ? undefined : share / (1 - whole + share),
          alpha,
          leastValues: traffic.leastValues,
        }),
      ]
    }),
  )
  const goal = metrics.find(({ role }) => role === 'goal')
  const race =
    isNarrowed(rollout) && goal
      ? createArmComparison({ arms: rollout.arms, metric: goal, alpha: alphaOfPair(rollout) })
      : undefined
  const names = new Map(rollout.arms.map(release => [armOf(rollout, release), release]))
  const counts: Record<string, number> = {}
  let requests = 0
  let first: string | undefined
  let last: string | undefined

  function tell(release: string, arm: Arm, outcome: ArmOutcome, said: SaidOf): void {
    const judge = judges.get(release)
    if (!judge) return
    judge.assign(arm)
    for (const metric of metrics) {
      const value = metric.valueOf(outcome, said)
      if (value !== undefined) judge.observe(metric.name, arm, value)
    }
  }

  return {
    observe(outcome, said) {
      const release = names.get(outcome.arm)
      if (outcome.arm !== 'baseline' && release === undefined) return
      requests += 1
      first ??= outcome.id
      last = outcome.id
      const counted = release ?? rollout.baseline
      counts[counted] = (counts[counted] ?? 0) + 1
      if (release !== undefined) {
        const value = race && goal?.valueOf(outcome, said)
        if (value !== undefined) race?.observe(release, value)
        return tell(release, 'candidate', outcome, said)
      }
      for (const candidate of judges.keys()) tell(candidate, 'baseline', outcome, said)
    },
    judge(now) {
      const found = [...judges].map(([release, judge]): CandidateVerdict => {
        const verdict = judge.verdict()
        return {
          release,
          decision: verdict.decision,
          reasons: verdict.reasons,
          requests: { baseline: counts[rollout.baseline] ?? 0, candidate: counts[release] ?? 0 },
          sampleRatio: verdict.sampleRatio,
          metrics: verdict.metrics.map((found, index) => toFinding(found, metrics[index])),
        }
      })
      const candidates = race ? besideOthers(found, race.compare()) : found
      const restsOn = { from: evidenceSince(rollout), to: now, requests, first, last }
      return { ...decide(rollout, candidates, now), candidates, restsOn }
    },
  }
}

/** How the gateway names the arm of a release. */
export function armOf(
  { baseline, arms, plan }: Pick<Rollout, 'baseline' | 'arms' | 'plan'>,
  release: string,
): string {
  if (release === baseline) return 'baseline'
  return arms.length === 1 && !isNarrowed({ plan }) ? 'candidate' : release
}

/** What is said of the step as a whole. */
function decide(
  rollout: Rollout,
  candidates: readonly CandidateVerdict[],
  now: Date,
): Pick<StepJudgement, 'decision' | 'reasons'> {
  const isOne = candidates.length === 1
  const isRace = isNarrowed(rollout)
  const reasons = [
    ...(isRace ? sayBeaten(rollout, candidates) : []),
    ...candidates.flatMap(({ release, reasons: said }) =>
      said.map(reason => (isOne ? reason : `${release}: ${reason}`)),
    ),
  ]
  const silent = candidates.filter(({ requests }) => requests.candidate === 0)
  if (silent.length > 0 && !candidates.some(({ decision }) => decision === 'roll-back'))
    return {
      decision: 'hold',
      reasons: [
        `No request of this step has reached ${silent.map(({ release }) => release).join(', ')} yet; without data there is no success.`,
        ...reasons,
      ],
    }
  if (candidates.some(({ decision }) => decision === 'roll-back')) return { decision: 'roll-back', reasons }
  const best = isRace ? bestOf(rollout, candidates) : undefined
  const isPassed = isRace ? best !== undefined : candidates.every(({ decision }) => decision === 'promote')
  if (!isPassed) return { decision: 'hold', reasons }
  const passed = best === undefined ? [] : [sayBest(rollout, candidates, best)]
  const { leastDuration } = stepTraffic(rollout)
  const lastsMs = now.getTime() - evidenceSince(rollout).getTime()
  if (lastsMs < secondsOf(leastDuration) * 1_000)
    return {
      decision: 'hold',
      reasons: [
        isRace
          ? `The best is known; the test lasts ${leastDuration} at least.`
          : `All metrics are within what is allowed; the step lasts ${leastDuration} at least.`,
        ...passed,
        ...reasons,
      ],
    }
  return { decision: 'promote', reasons: [...passed, ...reasons] }
}

function toFinding(
  found: ReturnType<ReturnType<typeof createCanaryJudge>['verdict']>['metrics'][number],
  metric: PlannedMetric | undefined,
): MetricFinding {
  return {
    name: found.name,
    kind: metric?.kind ?? 'rate',
    role: found.role,
    margin: found.margin,
    estimate: known(found.estimate),
    low: known(found.low),
    high: known(found.high),
    values: { baseline: found.counts.baseline, candidate: found.counts.candidate },
    state: found.state,
  }
}

/** What traffic was to be, in words. */
export function sayStep(rollout: Pick<Rollout, 'plan' | 'arms' | 'step'>): string {
  const { isShadow, shares } = stepTraffic(rollout)
  const said = Object.entries(shares).map(([release, share]) => `${percentText(share)} to ${release}`)
  return isShadow ? `copies of ${said.join(', ')}` : said.join(', ')
}
