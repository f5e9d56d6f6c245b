import { type ClaimLoop, createClaimLoop } from '../../../foundation/platform/index.ts'
import type { RolloutContext } from '../ports.ts'
import type { Rollout } from '../rollout.ts'
import { claimRollout, releaseRolloutLease, renewRolloutLease } from './rollout-lease-store.ts'
import { moveRollout } from './move-rollout.ts'
import { followFile } from './supersede.ts'

const atOnce = 4
/** Short, so that a rollout goes on soon after its server was killed. */
const leaseSeconds = 5

/** Moves the rollouts that are due and that nobody moves. */
export function createRolloutWorker(context: RolloutContext): ClaimLoop {
  const { database, logger } = context
  return createClaimLoop({
    logger,
    what: 'rollout',
    idOf: (rollout: Rollout) => rollout.id,
    stateOf: (rollout: Rollout): number => rollout.revision,
    atOnce,
    leaseSeconds,
    givesUpInSilence: true,
    claim: (owner, seconds) => claimRollout(database, owner, seconds),
    renew: (rollout, owner, seconds) => renewRolloutLease(database, rollout.id, owner, seconds),
    release: (rollout, owner) => releaseRolloutLease(database, rollout.id, owner),
    onLook: () => followFile(context),
    work: (rollout, claim) => moveRollout(context, rollout, claim),
  })
}
