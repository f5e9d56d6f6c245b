import { Failure } from '../../../foundation/platform/index.ts'
import type { RolloutContext } from '../ports.ts'
import type { Rollout } from '../rollout.ts'
import { lookAgainAt } from './rollout-lease-store.ts'
import { apply, later, type RolloutClaim } from './apply-change.ts'

/** How long the engines that follow the alias may take before a person is asked. */
const mostWaitMs = 15 * 60_000
const lookMs = 1_000

/**
 * Moves the alias to what the candidate serves, waits until all who follow it have that, and sends the traffic back to the baseline's
 * release, which is the new version now. A refusal leaves the traffic on the candidate.
 */
export async function finishPromotion(
  context: RolloutContext,
  rollout: Rollout,
  claim: RolloutClaim,
): Promise<void> {
  const { ports, database } = context
  const { onPromoted } = rollout.plan
  const block = async (reason: string): Promise<void> =>
    await apply(context, rollout, claim, {
      kind: 'blocked',
      rollout: { ...rollout, state: 'blocked' },
      reason,
    })
  const pinned = onPromoted && versionOf(rollout, onPromoted.model)
  if (!pinned)
    return await block('What the candidate serves is no version of the model that `onPromoted` names.')
  const { tenant, model, number } = pinned
  const { alias } = onPromoted
  try {
    await ports.moveAlias({ tenant, model, alias, number, rollout })
  } catch (error) {
    if (!(error instanceof Failure) || error.kind.status >= 500) throw error
    return await block(
      `\`${alias}\` of ${model} was not moved to version ${number}: ${error.message} The traffic stays on ${rollout.winner}.`,
    )
  }
  const following = await ports.following(tenant, model, alias)
  const late = following.filter(one => one.version !== number || one.state !== 'ready')
  if (late.length === 0)
    return await apply(context, rollout, claim, {
      kind: 'promoted',
      rollout: { ...rollout, state: 'promoted' },
      reason: `\`${alias}\` of ${model} is at version ${number}, and ${following.length === 0 ? 'no engine follows it' : `${following.length === 1 ? 'its engine serves' : `its ${following.length} engines serve`} that`}: the traffic is back on ${rollout.baseline}.`,
    })
  const waitedMs = context.now() - (rollout.promotingAt?.getTime() ?? context.now())
  if (waitedMs > mostWaitMs)
    return await block(
      `\`${alias}\` of ${model} is at version ${number}, and after ${mostWaitMs / 60_000} minutes ${late.map(({ engine, server, state }) => `the engine \`${engine}\` of ${server} is ${state}`).join(', ')}. The traffic stays on ${rollout.winner}.`,
    )
  await lookAgainAt(database, rollout, later(context, lookMs))
}

/** The version of a model that the winner served when the rollout began. */
export function versionOf(
  { pinned, winner, candidates }: Pick<Rollout, 'pinned' | 'winner' | 'candidates'>,
  model: string,
) {
  return pinned[winner ?? candidates[0] ?? '']?.models.find(one => one.model === model)
}
