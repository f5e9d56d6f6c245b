import type { RolloutMetricConfig } from '../../../foundation/config/index.ts'
import type { HarmKind } from '../../../foundation/statistics/index.ts'
import type { ArmOutcome } from '../../../observe/traces/index.ts'

/** What people and judges said of requests, by the inference. */
export interface SaidOf {
  readonly feedback: ReadonlyMap<string, number>
  /** By judge. */
  readonly scores: ReadonlyMap<string, ReadonlyMap<string, number>>
}

interface Measure {
  readonly kind: HarmKind
  readonly better: 'lower' | 'higher'
  readonly margin: number
  /** Whether a copy, which nobody waits for, can be compared by it. */
  readonly isOfCopies: boolean
  /** `undefined` where the request says nothing of it. */
  readonly valueOf: (outcome: ArmOutcome) => number | undefined
}

/** Answered 429, and yet not the client's doing: what stands behind us had no room. */
const ourOverload: ReadonlySet<string> = new Set(['overloaded', 'engine_busy', 'upstream_rate_limited'])
/** Why an answer ended, in the words of the dialects, where the model would not answer. */
const refusals: ReadonlySet<string> = new Set(['refusal', 'content_filter'])

const ofAnswers =
  (read: (outcome: ArmOutcome) => number | undefined) =>
  (outcome: ArmOutcome): number | undefined =>
    outcome.outcome === 'ok' && !outcome.isCached ? read(outcome) : undefined
const positive = (value: number | undefined): number | undefined =>
  value !== undefined && value > 0 ? value : undefined

const measures: Readonly<Record<Exclude<RolloutMetricConfig['use'], 'feedback' | 'score'>, Measure>> = {
  errors: {
    kind: 'rate',
    better: 'lower',
    margin: 0.02,
    isOfCopies: true,
    // what a client asked wrongly, may not do, or did not wait for says nothing of the release
    valueOf: ({ outcome, status, failureCode, isCached }) => {
      if (isCached || outcome === 'aborted') return undefined
      if (outcome === 'ok') return 0
      return status >= 500 || ourOverload.has(failureCode ?? '') ? 1 : undefined
    },
  },
  latency: {
    kind: 'quantile',
    better: 'lower',
    margin: 0.25,
    isOfCopies: false,
    valueOf: ofAnswers(({ latencyMs }) => positive(latencyMs)),
  },
  'first-token': {
    kind: 'quantile',
    better: 'lower',
    margin: 0.25,
    isOfCopies: false,
    valueOf: ofAnswers(({ isStream, firstTokenMs }) => (isStream ? positive(firstTokenMs) : undefined)),
  },
  cost: {
    kind: 'mean',
    better: 'lower',
    margin: 0.2,
    isOfCopies: true,
    valueOf: ofAnswers(({ costNanoUsd }) => costNanoUsd),
  },
  'output-tokens': {
    kind: 'mean',
    better: 'lower',
    margin: 0.2,
    isOfCopies: true,
    valueOf: ofAnswers(({ outputTokens }) => outputTokens),
  },
  'guard-blocks': {
    kind: 'rate',
    better: 'lower',
    margin: 0.02,
    isOfCopies: true,
    valueOf: ({ isGuarded, verdict, outcome }) =>
      isGuarded && outcome !== 'aborted' ? (verdict === 'block' ? 1 : 0) : undefined,
  },
  refusals: {
    kind: 'rate',
    better: 'lower',
    margin: 0.02,
    isOfCopies: true,
    valueOf: ofAnswers(({ finishReason }) => (refusals.has(finishReason ?? '') ? 1 : 0)),
  },
}

/** A metric of a plan, ready to be measured. */
export interface PlannedMetric {
  readonly name: string
  readonly kind: HarmKind
  readonly better: 'lower' | 'higher'
  readonly margin: number
  readonly role: 'guard' | 'goal'
  readonly isOfCopies: boolean
  readonly valueOf: (outcome: ArmOutcome, said: SaidOf) => number | undefined
}

const saidMargin = 0.05

export function planMetric({ use, judge, better, margin, role }: RolloutMetricConfig): PlannedMetric {
  if (use === 'feedback')
    return {
      name: use,
      kind: 'score',
      better: 'higher',
      margin: margin ?? saidMargin,
      role,
      isOfCopies: false,
      valueOf: ({ id }, { feedback }) => feedback.get(id),
    }
  if (use === 'score')
    return {
      name: judge ?? use,
      kind: 'score',
      better: better ?? 'higher',
      margin: margin ?? saidMargin,
      role,
      isOfCopies: true,
      valueOf: ({ id }, { scores }) => scores.get(judge ?? '')?.get(id),
    }
  const { valueOf, ...measure } = measures[use]
  return { ...measure, name: use, role, margin: margin ?? measure.margin, valueOf }
}
