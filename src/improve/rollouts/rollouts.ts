import { createId, Failure } from '../../foundation/platform/index.ts'
import type { Access } from '../../govern/access/index.ts'
import type { Burst } from './burst.ts'
import { byHand } from './change-by-hand.ts'
import { type Change, holdingTraffic, writeChange } from './change-rollout.ts'
import { readLive, type ServiceLive, serviceOr404, setLive } from './live-release.ts'
import type { RolloutContext } from './ports.ts'
import { isOpen, type Rollout } from './rollout.ts'
import { doerOf, type RolloutCaller } from './rollout-caller.ts'
import { findRollout, tellOfRollout } from './rollout-store.ts'
import { insertBurst } from './burst-store.ts'
import { lockRollout, lookNow } from './controller/rollout-lease-store.ts'
import { type NewRollout, startRollout } from './start-rollout.ts'

export interface Rollouts {
  start(caller: RolloutCaller, wanted: NewRollout): Promise<Rollout>
  /** Goes no further until it is resumed; harm rolls it back all the same. */
  pause(caller: RolloutCaller, id: string, reason: string): Promise<Rollout>
  /** Also takes a promotion up again that was refused. */
  resume(caller: RolloutCaller, id: string, reason: string): Promise<Rollout>
  /** Says yes to the last step of one that waits for it. */
  approve(caller: RolloutCaller, id: string, reason: string): Promise<Rollout>
  /** To the next step, or past all of them, whatever the verdicts say. */
  promote(caller: RolloutCaller, id: string, to: 'next' | 'all', reason: string): Promise<Rollout>
  /** Ends it, with all traffic on the baseline. */
  abort(caller: RolloutCaller, id: string, reason: string): Promise<Rollout>
  readLive(service: string): Promise<ServiceLive>
  /** Sends all traffic of a service to one of its releases, and ends a rollout that is under way. */
  setLive(caller: RolloutCaller, service: string, release: string, reason: string): Promise<ServiceLive>
  /** Keeps what a process saw and acted on, and has the rollout looked at at once. */
  noteBurst(burst: Burst): Promise<void>
  find(id: string): Promise<Rollout | undefined>
}

export interface RolloutsOptions {
  readonly context: RolloutContext
  readonly access: Pick<Access, 'authorize'>
  /** Looks for rollouts that are due. */
  readonly wake: () => void
}

/** What people do with rollouts; everything else the controller does by itself. */
export function createRollouts({ context, access, wake }: RolloutsOptions): Rollouts {
  const { database } = context
  const now = (): Date => new Date(context.now())

  function mayWrite({ principal }: RolloutCaller, service: string): void {
    serviceOr404(context, service)
    access.authorize(principal, 'rollout:write', { tenant: null, service })
  }

  function mayApprove({ principal }: RolloutCaller, rollout: Rollout): void {
    access.authorize(principal, 'rollout:approve', { tenant: null, service: rollout.service })
    if (principal.keyId === rollout.keyId)
      throw new Failure(
        'forbidden',
        'This key began the rollout, and its plan asks for the approval of somebody else.',
      )
  }

  /** Changes one that is open, after whatever else changes its service. */
  async function change(
    caller: RolloutCaller,
    id: string,
    decide: (rollout: Rollout) => Change,
  ): Promise<Rollout> {
    const found = await findRollout(database, id)
    if (!found) throw new Failure('not_found', `There is no rollout ${id}.`)
    const changed = await holdingTraffic(context, found.service, async transaction => {
      const rollout = await lockRollout(transaction, id)
      if (!rollout) throw new Failure('not_found', `There is no rollout ${id}.`)
      if (!isOpen(rollout.state))
        throw new Failure('conflict', `The rollout has ended: it is ${rollout.state}. ${rollout.reason}`)
      return await writeChange(context, transaction, rollout, decide(rollout), doerOf(caller))
    })
    context.metrics.changed(changed)
    wake()
    return changed
  }

  return {
    async start(caller, wanted) {
      mayWrite(caller, wanted.service)
      const rollout = await startRollout(context, caller, wanted)
      wake()
      return rollout
    },
    pause: async (caller, id, reason) =>
      await change(caller, id, rollout => byHand.pause(rollout, reason, now())),
    resume: async (caller, id, reason) =>
      await change(caller, id, rollout => byHand.resume(rollout, reason, now())),
    promote: async (caller, id, to, reason) =>
      await change(caller, id, rollout => {
        if (rollout.state === 'promoting' || rollout.state === 'blocked')
          throw new Failure('conflict', `The rollout is ${rollout.state}: it has passed its steps.`)
        if (rollout.plan.approval) mayApprove(caller, rollout)
        return byHand.promote(rollout, to, reason, now())
      }),
    approve: async (caller, id, reason) =>
      await change(caller, id, rollout => {
        if (rollout.state !== 'approval')
          throw new Failure('conflict', `The rollout is ${rollout.state}: it does not wait for a yes.`)
        mayApprove(caller, rollout)
        return byHand.approve(rollout, reason, now())
      }),
    abort: async (caller, id, reason) => await change(caller, id, rollout => byHand.abort(rollout, reason)),
    readLive: async service => await readLive(context, service),
    async setLive(caller, service, release, reason) {
      mayWrite(caller, service)
      return await setLive(context, service, release, { doer: doerOf(caller), reason })
    },
    async noteBurst(burst) {
      context.metrics.burst(burst.service)
      await database.transaction(async transaction => {
        if (!(await insertBurst(transaction, { ...burst, id: createId() }))) return
        await lookNow(transaction, burst.rollout)
        await tellOfRollout(transaction, burst.rollout)
      })
    },
    find: async id => await findRollout(database, id),
  }
}
