import { type Claim, LeaseLost } from '../../../foundation/platform/index.ts'
import { type Change, holdingTraffic, writeChange } from '../change-rollout.ts'
import type { RolloutContext } from '../ports.ts'
import type { Rollout } from '../rollout.ts'
import { lockRollout } from './rollout-lease-store.ts'
import type { Verdict } from '../verdicts/verdict.ts'
import { insertVerdict } from '../verdicts/verdict-store.ts'

export type RolloutClaim = Pick<Claim<number>, 'owner' | 'signal'>

/** Writes a change where this process still holds the rollout and nothing has happened to it since it was read. */
export async function apply(
  context: RolloutContext,
  rollout: Rollout,
  claim: RolloutClaim,
  change: Change,
  verdict?: Verdict,
): Promise<void> {
  const changed = await holdingTraffic(context, rollout.service, async transaction => {
    const held = await lockRollout(transaction, rollout.id, claim.owner)
    if (!held || held.revision !== rollout.revision) throw new LeaseLost()
    if (verdict) await insertVerdict(transaction, verdict)
    return await writeChange(context, transaction, held, change)
  })
  context.metrics.changed(changed)
  context.logger.info(
    {
      rollout: rollout.id,
      service: rollout.service,
      state: changed.state,
      step: changed.step,
      reason: changed.reason,
    },
    `A rollout: ${change.kind}.`,
  )
}

export const later = ({ now }: RolloutContext, ms: number): Date => new Date(now() + ms)
