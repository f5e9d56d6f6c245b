import type { ArmComparison } from '../../../foundation/statistics/index.ts'
import { isNarrowed, type Rollout } from '../rollout.ts'
import { planMetric } from './measures.ts'
import type { CandidateVerdict, OtherFinding } from './verdict.ts'

/** Infinite and unknown numbers are left out: JSON has none. */
export const known = (value: number): number | null => (Number.isFinite(value) ? value : null)

/**
 * What each candidate is beside the others, and which are left out for another. Only one that surely is within the margins of all its
 * guards beats anybody: else the best would be left out for one that is taken back later.
 */
export function besideOthers(
  candidates: readonly CandidateVerdict[],
  comparisons: readonly ArmComparison[],
): CandidateVerdict[] {
  const mayBeat = new Set(
    candidates
      .filter(
        ({ decision, metrics }) =>
          decision !== 'roll-back' && metrics.every(({ role, state }) => role === 'goal' || state === 'safe'),
      )
      .map(({ release }) => release),
  )
  const compared = candidates.map(candidate => {
    const others = comparisons.filter(({ arm }) => arm === candidate.release).map(toFinding)
    const beatenBy = others
      .filter(({ release, state }) => state === 'worse' && mayBeat.has(release))
      .map(({ release }) => release)
    return { ...candidate, others, beatenBy }
  })
  // bounds that contradict each other in a ring leave nobody out
  return compared.some(({ beatenBy }) => beatenBy.length === 0)
    ? compared
    : compared.map(candidate => ({ ...candidate, beatenBy: [] }))
}

const toFinding = ({ other, estimate, low, high, counts, state }: ArmComparison): OtherFinding => ({
  release: other,
  estimate: known(estimate),
  low: known(low),
  high: known(high),
  values: { candidate: counts.arm, other: counts.other },
  state,
})

/**
 * Of the candidates that pass, the one with the best estimate of the first goal, or of the first metric where there is none. Where
 * candidates are narrowed, only one than which no other that is left can be better by as much as matters.
 */
export function bestOf(rollout: Rollout, candidates: readonly CandidateVerdict[]): string | undefined {
  const most = withinOf(rollout)
  const worse = ({ metrics }: CandidateVerdict): number =>
    (metrics.find(({ role }) => role === 'goal') ?? metrics[0])?.estimate ?? Number.POSITIVE_INFINITY
  return candidates
    .filter(({ decision }) => decision === 'promote')
    .filter(
      ({ others = [] }) => !isNarrowed(rollout) || others.every(({ high }) => high !== null && high < most),
    )
    .toSorted((left, right) => worse(left) - worse(right))[0]?.release
}

/** By how much another that is left may still be better when the rollout ends. */
function withinOf({ plan }: Rollout): number {
  const goal = plan.metrics.find(({ role }) => role === 'goal')
  return plan.test?.within ?? (goal ? planMetric(goal).margin : 0)
}

/** Which is left out for which, and by how much it is worse. */
export function sayBeaten(rollout: Rollout, candidates: readonly CandidateVerdict[]): string[] {
  return candidates.flatMap(({ release, others = [], beatenBy = [] }) =>
    others
      .filter(other => beatenBy.includes(other.release))
      .map(
        ({ release: other, low, high, values }) =>
          `${release} is worse than ${other} by ${goalName(rollout)}: by ${figure(low)} to ${figure(high)} (${values.candidate} and ${values.other} values).`,
      ),
  )
}

/** Why one is the best, with what others may still be better by. */
export function sayBest(rollout: Rollout, candidates: readonly CandidateVerdict[], best: string): string {
  const { others = [] } = candidates.find(({ release }) => release === best) ?? {}
  if (others.length === 0) return `${best} passes, and no other is left.`
  const said = others.map(({ release, high }) => `${release} by ${figure(Math.max(0, high ?? 0))}`).join(', ')
  return `${best} passes, and nobody that is left is better by ${goalName(rollout)} by ${figure(withinOf(rollout))}: at most ${said}.`
}

function goalName({ plan }: Rollout): string {
  const goal = plan.metrics.find(({ role }) => role === 'goal')
  return goal ? planMetric(goal).name : 'the goal'
}

const figure = (value: number | null): string =>
  value === null ? 'what nobody knows yet' : String(Number(value.toPrecision(3)))
