import type { ChoiceContext } from './choose-target.ts'
import type { RoutePlan, Target } from './target.ts'

/** How a target stood when one was chosen. */
export interface Alternative {
  readonly target: string
  readonly model: string
  readonly weight: number
  /** Calls under way there, and their number weighted by how slow it answers: what the choice looks at. */
  readonly inFlight: number
  readonly load: number
  /** What the call is expected to cost there, where that decides. */
  readonly costNanoUsd?: number | undefined
  /** Why it could not be chosen. */
  readonly ruledOut?: 'tried' | 'unavailable' | 'no_weight' | undefined
  readonly reason?: string | undefined
}

/** How all targets of a plan stood, for the record; where there is one, nothing was weighed. */
export function alternativesOf(
  { targets, routing }: RoutePlan,
  { expected }: ChoiceContext,
  tried: ReadonlySet<Target>,
  now: number,
): readonly Alternative[] | undefined {
  if (targets.length < 2) return undefined
  const usage = routing.strategy === 'cost' ? expected() : undefined
  const at = usage && Date.now()
  return targets.map(target => {
    const { state, weight } = target
    const ruledOut = tried.has(target)
      ? 'tried'
      : !state.isAvailable(now)
        ? 'unavailable'
        : weight > 0
          ? undefined
          : 'no_weight'
    return {
      target: target.name,
      model: target.model,
      weight,
      inFlight: state.inFlight,
      load: state.load(),
      ...(usage && at !== undefined && { costNanoUsd: target.cost(usage, at) }),
      ...(ruledOut && { ruledOut, reason: ruledOut === 'unavailable' ? state.reason(now) : undefined }),
    }
  })
}
