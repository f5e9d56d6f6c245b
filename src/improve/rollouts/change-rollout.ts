import { canonicalJson, createId, Failure, type Queryable } from '../../foundation/platform/index.ts'
import { type Actor, systemActor } from '../../govern/audit/index.ts'
import type { RolloutContext } from './ports.ts'
import { isOpen, type Rollout } from './rollout.ts'
import { insertRolloutStep, type RolloutStep } from './rollout-step-store.ts'
import { tellOfRollout, updateRollout } from './rollout-store.ts'
import { type DeclaredTraffic, declareTraffic, type FileRelease } from './traffic/service-traffic.ts'
import {
  findTraffic,
  insertLiveRelease,
  listLiveReleases,
  type LiveRelease,
  lockTraffic,
  putTraffic,
} from './traffic/traffic-store.ts'

/** Our own part, as histories and the audit log name it. */
export const controller: Actor = systemActor('rollouts')

/** Who does something, in which request. */
export interface Doer {
  readonly actor: Actor
  readonly requestId?: string | undefined
}

/** What becomes of a rollout, and why. */
export interface Change {
  readonly kind: RolloutStep['kind']
  readonly rollout: Omit<Rollout, 'revision'>
  readonly reason: string
  readonly verdictId?: string | undefined
}

/**
 * Writes a change with the traffic that belongs to it, its place in the history, its audit entry and its event: all in the
 * caller's transaction, which holds the traffic of the service. Throws `conflict` where the rollout has changed meanwhile.
 */
export async function writeChange(
  context: RolloutContext,
  transaction: Queryable,
  before: Rollout,
  change: Change,
  doer: Doer = { actor: controller },
): Promise<Rollout> {
  const now = new Date(context.now())
  const { kind, reason } = change
  const rollout: Rollout = {
    ...change.rollout,
    reason,
    revision: before.revision + 1,
    endedAt: isOpen(change.rollout.state) ? undefined : now,
  }
  if (!(await updateRollout(transaction, rollout, before.revision)))
    throw new Failure('conflict', 'The rollout has changed meanwhile; look at it once more.')
  const traffic = declareTraffic(rollout, await fileReleaseOf(context, transaction, rollout.service))
  const trafficRevision = await declare(context, transaction, rollout.service, traffic, {
    cause: 'promotion',
    rolloutId: rollout.id,
    doer,
    reason,
  })
  await noteStep(context, transaction, rollout, { ...change, trafficRevision }, doer)
  if (kind === 'promoted' || kind === 'rolled-back')
    await context.ports.tellEvent(transaction, {
      name: `rollout.${kind}`,
      tenant: rollout.tenant,
      key: rollout.id,
      facts: {
        rollout: rollout.id,
        service: rollout.service,
        baseline: rollout.baseline,
        candidate: rollout.winner ?? rollout.candidates.join(','),
        reason,
      },
    })
  return rollout
}

/** One more entry of the history, with the same in the audit log. */
export async function noteStep(
  context: RolloutContext,
  transaction: Queryable,
  rollout: Rollout,
  step: Pick<RolloutStep, 'kind' | 'reason' | 'trafficRevision'> & Pick<Change, 'verdictId'>,
  { actor, requestId }: Doer,
): Promise<void> {
  await insertRolloutStep(transaction, {
    id: createId(),
    rolloutId: rollout.id,
    at: new Date(context.now()),
    kind: step.kind,
    step: rollout.step,
    state: rollout.state,
    trafficRevision: step.trafficRevision,
    verdictId: step.verdictId,
    actor: actor.id,
    actorName: actor.name,
    reason: step.reason,
  })
  const { service, state, step: number, arms } = rollout
  await context.audit.record(
    {
      actor,
      action: `rollout:${step.kind}`,
      subject: `rollout:${rollout.id}`,
      tenant: undefined,
      after: { service, state, step: number, arms, reason: step.reason },
      requestId,
    },
    transaction,
  )
  await tellOfRollout(transaction, rollout.id)
}

/** What the file says now; where another process has written by a newer one, what it said. */
export async function fileReleaseOf(
  { ports }: Pick<RolloutContext, 'ports'>,
  transaction: Queryable,
  service: string,
): Promise<FileRelease> {
  const kept = await findTraffic(transaction, service)
  const configuration = ports.configurationRevision()
  if (kept && kept.configuration > configuration)
    return { declared: kept.declared, configuration: kept.configuration }
  return { declared: ports.service(service)?.release ?? '', configuration }
}

/** Puts a state in force where it is another one, and keeps which release is live since when. The revision, where it is new. */
export async function declare(
  context: Pick<RolloutContext, 'now'>,
  transaction: Queryable,
  service: string,
  traffic: DeclaredTraffic,
  why: Pick<LiveRelease, 'cause' | 'rolloutId' | 'reason'> & { readonly doer: Doer },
): Promise<number | undefined> {
  const at = new Date(context.now())
  const kept = await findTraffic(transaction, service)
  const [newest] = await listLiveReleases(transaction, service, 1)
  const note = async (release: string, one: Omit<LiveRelease, 'id' | 'service' | 'release' | 'at'>) =>
    await insertLiveRelease(transaction, { id: createId(), service, release, at, ...one })
  const byFile = {
    cause: 'file',
    rolloutId: undefined,
    actor: 'system',
    actorName: 'configuration',
    reason: 'As slipway.yaml says.',
  } as const
  if (!newest && traffic.declared !== '') await note(traffic.declared, byFile)
  const before = newest?.release ?? traffic.declared
  if (traffic.live !== before && traffic.live !== '') {
    const { doer, ...rest } = why
    await note(traffic.live, { ...rest, actor: doer.actor.id, actorName: doer.actor.name })
  }
  if (kept && isSame(kept, traffic)) return undefined
  return await putTraffic(transaction, service, traffic, at)
}

const isSame = (kept: DeclaredTraffic, next: DeclaredTraffic): boolean =>
  kept.live === next.live &&
  kept.declared === next.declared &&
  canonicalJson(kept.rollout ?? null) === canonicalJson(next.rollout ?? null)

/** Runs a change of a service after all others that change the same. */
export async function holdingTraffic<Result>(
  { database }: Pick<RolloutContext, 'database'>,
  service: string,
  work: (transaction: Queryable) => Promise<Result>,
): Promise<Result> {
  return await database.transaction(async transaction => {
    await lockTraffic(transaction, service)
    return await work(transaction)
  })
}
