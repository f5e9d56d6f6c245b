import { Failure } from '../../../foundation/platform/index.ts'
import { systemActor } from '../../../govern/audit/index.ts'
import { declare, fileReleaseOf, holdingTraffic, writeChange } from '../change-rollout.ts'
import type { RolloutContext } from '../ports.ts'
import type { Rollout } from '../rollout.ts'
import { findOpenRollout } from '../rollout-store.ts'
import { lockRollout } from './rollout-lease-store.ts'
import { findTraffic, listTraffic } from '../traffic/traffic-store.ts'

/** Why what is compared is no longer what it was when the rollout began; `undefined` where it is. */
export async function whySuperseded(
  { ports }: Pick<RolloutContext, 'ports'>,
  rollout: Rollout,
): Promise<string | undefined> {
  const declared = ports.service(rollout.service)
  if (!declared) return `slipway.yaml has no service \`${rollout.service}\` any more.`
  for (const release of [rollout.baseline, ...rollout.arms]) {
    const pinned = rollout.pinned[release]
    if (!pinned) continue
    if (!declared.releases.includes(release)) return `slipway.yaml has no release \`${release}\` any more.`
    const now = await ports.pin(rollout.service, release).catch((error: unknown) => {
      if (error instanceof Failure && error.kind.status < 500) return error
      throw error
    })
    if (now instanceof Failure) return `The release \`${release}\` cannot be had as it was: ${now.message}`
    if (now.hash !== pinned.hash) return `The release \`${release}\` was changed in slipway.yaml.`
    for (const { engine, model, number } of pinned.models) {
      const other = now.models.find(one => one.engine === engine)
      if (other?.number !== number)
        return `\`${release}\` served version ${number} of ${model} when the rollout began, and serves ${other ? `version ${other.number}` : 'another model'} now.`
    }
  }
  return undefined
}

/**
 * Lets slipway.yaml win where it names another release than when the traffic of a service was declared: a rollout that is under way
 * ends, and what was promoted or chosen by hand is over. Only who knows the newest configuration decides.
 */
export async function followFile(context: RolloutContext): Promise<void> {
  const { ports, database } = context
  for (const { service, declared, configuration } of await listTraffic(database)) {
    if (!isStale(context, service, declared, configuration)) continue
    await holdingTraffic(context, service, async transaction => {
      const kept = await findTraffic(transaction, service)
      if (!kept || !isStale(context, service, kept.declared, kept.configuration)) return
      const release = ports.service(service)?.release ?? ''
      const doer = { actor: systemActor('configuration') }
      const reason =
        release === ''
          ? `slipway.yaml has no service \`${service}\` any more.`
          : `slipway.yaml names the release \`${release}\` now.`
      const open = await findOpenRollout(transaction, service)
      const held = open && (await lockRollout(transaction, open.id))
      if (held)
        context.metrics.changed(
          await writeChange(
            context,
            transaction,
            held,
            { kind: 'superseded', rollout: { ...held, state: 'superseded' }, reason },
            doer,
          ),
        )
      const file = await fileReleaseOf(context, transaction, service)
      await declare(
        context,
        transaction,
        service,
        { live: release, ...file },
        { cause: 'file', rolloutId: undefined, doer, reason },
      )
    })
  }
}

function isStale(
  { ports }: RolloutContext,
  service: string,
  declared: string,
  configuration: number,
): boolean {
  return (
    (ports.service(service)?.release ?? '') !== declared && ports.configurationRevision() >= configuration
  )
}
