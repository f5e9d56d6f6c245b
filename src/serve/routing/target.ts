import type {
  FailureCause,
  Price,
  RoutingConfig,
  TimeoutsConfig,
  Usage,
} from '../../foundation/config/index.ts'
import type { Upstream } from '../providers/index.ts'
import type { RetryBudget } from './retry-budget.ts'
import type { PrefixTable } from './prefix-table.ts'
import type { TargetState } from './target-state.ts'

/** One place that a release can send its calls to. */
export interface Target {
  /** Unique: `provider:openai gpt-4.1`, `engine:support`. */
  readonly key: string
  /** `provider:openai`, `engine:support`. */
  readonly name: string
  /** The name of the model there. */
  readonly model: string
  readonly upstream: Upstream
  readonly weight: number
  readonly timeouts: TimeoutsConfig
  readonly state: TargetState
  /** What such a call is reckoned by: the upstream's own figure, or a price; `undefined` where there is none. */
  readonly price?: (startedAtMs: number, told?: ToldCost) => Price | 'upstream' | undefined
  /** Nano-dollars of a call that started then; `undefined` where no price is declared for what it used. */
  readonly cost: (usage: Usage, startedAtMs: number, told?: ToldCost) => number | undefined
}

/** What the upstream said itself that bears on the cost of an answer. */
export interface ToldCost {
  /** Charged where the provider is configured with `costs: reported`. */
  readonly reportedCostNanoUsd?: number | undefined
  /** `flex`, `priority`, … */
  readonly serviceTier?: string | undefined
}

export interface Fallback {
  readonly on: readonly FailureCause[]
  readonly target: Target
}

/** Where the calls of a release may go, in which order, and how often. */
export interface RoutePlan {
  readonly targets: readonly Target[]
  readonly fallbacks: readonly Fallback[]
  readonly routing: RoutingConfig
  readonly prefixes: PrefixTable
  readonly retries: {
    readonly attempts: number
    readonly maxWaitMs: number
    readonly budget: RetryBudget
  }
  readonly hedge: { readonly afterMs: number; readonly budget: RetryBudget } | undefined
}

/** All targets that a call of the plan may reach; the worst case of its cost is among them. */
export function allTargets(plan: RoutePlan): Target[] {
  return [...plan.targets, ...plan.fallbacks.map(({ target }) => target)]
}
