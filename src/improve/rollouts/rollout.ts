import type { RolloutPlan } from '../../foundation/config/index.ts'

export const openStates = ['running', 'paused', 'approval', 'promoting', 'blocked'] as const
export const endStates = ['promoted', 'rolled-back', 'concluded', 'aborted', 'superseded'] as const
export const rolloutStates = [...openStates, ...endStates] as const

/**
 * `running` moves by its verdicts; `paused` goes no further, and is rolled back all the same; `approval` waits for somebody's yes
 * before the last step; `promoting` has all traffic on the candidate and waits for the alias and its engines; `blocked` is a
 * promotion that was refused, with the traffic still there.
 */
export type RolloutState = (typeof rolloutStates)[number]

export function isOpen(state: RolloutState): boolean {
  return (openStates as readonly RolloutState[]).includes(state)
}

/** The version of a model that an engine of a release serves, where the registry says which. */
export interface PinnedModel {
  readonly engine: string
  /** As the configuration names it: `registry:support@candidate`. */
  readonly reference: string
  readonly tenant: string
  readonly model: string
  readonly number: number
}

/** What a release was when the rollout began. */
export interface PinnedRelease {
  /** Of everything in the configuration that decides what it answers. */
  readonly hash: string
  readonly models: readonly PinnedModel[]
}

export interface Rollout {
  readonly id: string
  /** Of whoever began it; the models of `onPromoted` are its. */
  readonly tenant: string
  readonly service: string
  readonly baseline: string
  readonly candidates: readonly string[]
  /** Of the candidates, those that get traffic. */
  readonly arms: readonly string[]
  readonly plan: RolloutPlan
  readonly pinned: Readonly<Record<string, PinnedRelease>>
  readonly state: RolloutState
  /** From 0. */
  readonly step: number
  readonly revision: number
  /** Why it is in its state. */
  readonly reason: string
  readonly author: string
  readonly keyId: string
  readonly createdAt: Date
  readonly stepStartedAt: Date
  readonly deadlineAt: Date
  readonly pausedAt: Date | undefined
  readonly winner: string | undefined
  readonly promotingAt: Date | undefined
  /** Requests of the step that the last verdict rests on. */
  readonly judged: number
  readonly endedAt: Date | undefined
}

/** What the candidates get in a step. */
export interface StepTraffic {
  readonly isShadow: boolean
  /** Of copies in a shadow step, of answers else; by release. */
  readonly shares: Readonly<Record<string, number>>
  readonly leastValues: number
  readonly leastDuration: string
}

/** Whether it is narrowed: what a candidate had that was left out goes to all others, and what was measured is kept. */
export function isNarrowed({ plan }: Pick<Rollout, 'plan'>): boolean {
  return plan.test?.narrow === true
}

/** From when on requests are evidence: where the ratio of any two arms never changes, those of all steps. */
export function evidenceSince(rollout: Pick<Rollout, 'plan' | 'createdAt' | 'stepStartedAt'>): Date {
  return isNarrowed(rollout) ? rollout.createdAt : rollout.stepStartedAt
}

/** Steps that it may have at most: of a test one more whenever a candidate is left out. */
export function stepCount({ plan, candidates }: Pick<Rollout, 'plan' | 'candidates'>): number {
  return plan.steps?.length ?? candidates.length
}

export function stepTraffic({ plan, arms, step }: Pick<Rollout, 'plan' | 'arms' | 'step'>): StepTraffic {
  if (plan.test) {
    const { shares, narrow, leastValues, leastDuration } = plan.test
    const left = Object.entries(shares).filter(([release]) => !arms.includes(release))
    const whole = narrow ? 1 - left.reduce((sum, [, share]) => sum + share, 0) : 1
    return {
      isShadow: false,
      shares: Object.fromEntries(arms.map(arm => [arm, (shares[arm] ?? 0) / whole])),
      leastValues,
      leastDuration,
    }
  }
  const declared = plan.steps?.[step]
  const [candidate] = arms
  if (!declared || candidate === undefined) throw new RangeError(`The rollout has no step ${step}.`)
  const { shadow, share, leastValues, leastDuration } = declared
  return {
    isShadow: shadow !== undefined,
    shares: { [candidate]: shadow ?? share ?? 0 },
    leastValues,
    leastDuration,
  }
}

/** How many judgements share what a rollout may err by. */
function judgementCount(rollout: Pick<Rollout, 'plan' | 'candidates'>): number {
  const { length } = rollout.candidates
  return isNarrowed(rollout) ? (length * (length + 1)) / 2 : stepCount(rollout) * length
}

/**
 * The chances of either mistake in one judgement, so that those of the whole rollout hold: divided over the steps, each of which has
 * judges of its own, and over the candidates; of one that is narrowed, over the pairs of releases (Bonferroni).
 */
export function alphaOfStep(rollout: Pick<Rollout, 'plan' | 'candidates'>): {
  readonly rollback: number
  readonly promote: number
} {
  const judgements = judgementCount(rollout)
  const { rollBack, promote } = rollout.plan.alpha
  return { rollback: rollBack / judgements, promote: promote / judgements }
}

/** Of two candidates either may be found worse, so each end of the bounds of such a pair has half of what a pair has. */
export function alphaOfPair(rollout: Pick<Rollout, 'plan' | 'candidates'>): number {
  const { rollback, promote } = alphaOfStep(rollout)
  return Math.min(rollback, promote) / 2
}

/** The promise in words. */
export function sayBound(rollout: Pick<Rollout, 'plan' | 'candidates'>): string {
  const { rollBack, promote } = rollout.plan.alpha
  const { rollback: perStep, promote: perPromotion } = alphaOfStep(rollout)
  const each = `${percentText(perStep)} and ${percentText(perPromotion)} for each`
  if (isNarrowed(rollout))
    return `That a candidate is left out, for a metric although it is within all its margins or for another that is no better, has a chance of ${percentText(rollBack)} at most over the whole rollout; that one passes which is beyond a margin, or ends as the best although another that is left is better by more than is said, one of ${percentText(promote)}. Over the ${judgementCount(rollout)} pairs of ${rollout.candidates.length + 1} releases that is ${each}, however often it is looked at.`
  const steps = stepCount(rollout)
  const of = rollout.candidates.length === 1 ? '' : ` and ${rollout.candidates.length} candidates`
  return `A candidate that is within all its margins is rolled back for a metric with a chance of ${percentText(rollBack)} at most; one that is beyond a margin gets past a step with a chance of ${percentText(promote)} at most. Over ${steps} ${steps === 1 ? 'step' : 'steps'}${of} that is ${each} judgement, however often it is looked at.`
}

export function percentText(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`
}
