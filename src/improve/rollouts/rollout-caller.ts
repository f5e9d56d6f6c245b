import { actorOf, type Principal } from '../../govern/access/index.ts'
import type { Doer } from './change-rollout.ts'

/** Who asks for something, in which request, and for whom. */
export interface RolloutCaller {
  readonly principal: Principal
  readonly tenant: string
  readonly requestId: string
}

export const doerOf = ({ principal, requestId }: RolloutCaller): Doer => ({
  actor: actorOf(principal),
  requestId,
})
