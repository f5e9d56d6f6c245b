import { suggestSentence } from '../../foundation/config/index.ts'
import { Failure, type Queryable } from '../../foundation/platform/index.ts'
import { declare, type Doer, fileReleaseOf, holdingTraffic, writeChange } from './change-rollout.ts'
import type { DeclaredService, RolloutContext } from './ports.ts'
import type { Rollout } from './rollout.ts'
import { findOpenRollout } from './rollout-store.ts'
import { lockRollout } from './controller/rollout-lease-store.ts'
import { findTraffic, listLiveReleases, type LiveRelease } from './traffic/traffic-store.ts'

export interface ServiceLive {
  readonly service: string
  readonly live: string
  /** What slipway.yaml says. */
  readonly declared: string
  readonly releases: readonly string[]
  readonly revision: number
  readonly rollout: Rollout | undefined
  /** The newest first. */
  readonly history: readonly LiveRelease[]
}

const historyLength = 50

/** Throws `not_found` where slipway.yaml has no such service. */
export function serviceOr404({ ports }: Pick<RolloutContext, 'ports'>, name: string): DeclaredService {
  const found = ports.service(name)
  if (found) return found
  throw new Failure('not_found', `There is no service \`${name}\`.`, { details: { parameter: 'service' } })
}

/** What answers for a service now, and what did before. */
export async function readLive(
  context: Pick<RolloutContext, 'ports' | 'database'>,
  service: string,
  queryable: Queryable = context.database,
): Promise<ServiceLive> {
  const { release: declared, releases } = serviceOr404(context, service)
  const traffic = await findTraffic(queryable, service)
  const isInForce = traffic?.declared === declared
  return {
    service,
    live: isInForce ? traffic.live : declared,
    declared,
    releases,
    revision: traffic?.revision ?? 0,
    rollout: await findOpenRollout(queryable, service),
    history: await listLiveReleases(queryable, service, historyLength),
  }
}

/** Sends all traffic of a service to one of its releases, and ends a rollout that is under way. */
export async function setLive(
  context: RolloutContext,
  service: string,
  release: string,
  { doer, reason }: { readonly doer: Doer; readonly reason: string },
): Promise<ServiceLive> {
  const { releases } = serviceOr404(context, service)
  if (!releases.includes(release))
    throw new Failure(
      'invalid_request',
      `\`${service}\` has no release \`${release}\`. ${suggestSentence(release, releases, 'release')}`,
      { details: { parameter: 'release' } },
    )
  const ended = await holdingTraffic(context, service, async transaction => {
    const open = await findOpenRollout(transaction, service)
    const held = open && (await lockRollout(transaction, open.id))
    const rollout =
      held &&
      (await writeChange(
        context,
        transaction,
        held,
        {
          kind: 'aborted',
          rollout: { ...held, state: 'aborted' },
          reason: `All traffic was sent to ${release} by hand: ${reason}`,
        },
        doer,
      ))
    const file = await fileReleaseOf(context, transaction, service)
    const before = await findTraffic(transaction, service)
    await declare(
      context,
      transaction,
      service,
      { live: release, ...file },
      { cause: 'by-hand', rolloutId: undefined, doer, reason },
    )
    await context.audit.record(
      {
        actor: doer.actor,
        action: 'rollout:set-live-release',
        subject: `service:${service}`,
        tenant: undefined,
        before: { live: before?.live ?? file.declared },
        after: { live: release, reason },
        requestId: doer.requestId,
      },
      transaction,
    )
    return rollout
  })
  if (ended) context.metrics.changed(ended)
  return await readLive(context, service)
}
