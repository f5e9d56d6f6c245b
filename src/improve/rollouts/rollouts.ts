import {
  type RolloutPlan,
  rolloutPlanSchema,
  secondsOf,
  suggestSentence,
} from '../../foundation/config/index.ts'
import { createId, Failure, type Queryable } from '../../foundation/platform/index.ts'
import { type Access, actorOf, type Principal } from '../../govern/access/index.ts'
import type { Burst } from './burst.ts'
import {
  type Change,
  declare,
  type Doer,
  fileReleaseOf,
  holdingTraffic,
  noteStep,
  writeChange,
} from './change-rollout.ts'
import { passStep, promote } from './controller/next-move.ts'
import { versionOf } from './controller/finish-promotion.ts'
import type { DeclaredService, RolloutContext } from './ports.ts'
import { readPlan } from './read-plan.ts'
import { isOpen, type Rollout } from './rollout.ts'
import {
  findOpenRollout,
  findRollout,
  insertBurst,
  insertRollout,
  lockRollout,
  lookNow,
  tellOfRollout,
} from './rollout-store.ts'
import { declareTraffic } from './traffic/service-traffic.ts'
import { findTraffic, listLiveReleases, type LiveRelease } from './traffic/traffic-store.ts'

export interface RolloutCaller {
  readonly principal: Principal
  readonly tenant: string
  readonly requestId: string
}

export interface NewRollout {
  /** One that exists is given back: the same asked again begins nothing. */
  readonly id?: string | undefined
  readonly service: string
  /** May be left out where the plan is a test, which names its candidates. */
  readonly candidate?: string | undefined
  /** The YAML of a plan and the name of its file; the one of slipway.yaml where it is left out. */
  readonly plan?: { readonly text: string; readonly file: string } | undefined
  readonly reason: string
}

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

const historyLength = 50

/** What people do with rollouts; everything else the controller does by itself. */
export function createRollouts({ context, access, wake }: RolloutsOptions): Rollouts {
  const { database, ports } = context

  function serviceOr404(name: string): DeclaredService {
    const found = ports.service(name)
    if (found) return found
    throw new Failure('not_found', `There is no service \`${name}\`.`, { details: { parameter: 'service' } })
  }

  const doerOf = ({ principal, requestId }: RolloutCaller): Doer => ({ actor: actorOf(principal), requestId })

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

  async function readLive(service: string, queryable: Queryable = database): Promise<ServiceLive> {
    const { release: declared, releases } = serviceOr404(service)
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

  return {
    async start(caller, wanted) {
      const { service } = wanted
      const declared = serviceOr404(service)
      access.authorize(caller.principal, 'rollout:write', { tenant: null, service })
      const known = wanted.id === undefined ? undefined : await findRollout(database, wanted.id)
      if (known) return known
      const plan = planOf(wanted, declared)
      const candidates = candidatesOf(wanted, plan, declared)
      const { live: baseline } = await readLive(service)
      if (candidates.includes(baseline))
        throw new Failure(
          'invalid_request',
          `\`${baseline}\` answers for \`${service}\` already; a candidate is another release.`,
          { details: { parameter: 'candidate' } },
        )
      const names = [baseline, ...candidates]
      const pinned = Object.fromEntries(
        await Promise.all(names.map(async name => [name, await ports.pin(service, name)] as const)),
      )
      const now = new Date(context.now())
      const rollout: Rollout = {
        id: wanted.id ?? createId(),
        tenant: caller.tenant,
        service,
        baseline,
        candidates,
        arms: candidates,
        plan,
        pinned,
        state: 'running',
        step: 0,
        revision: 1,
        reason: wanted.reason,
        author: caller.principal.keyName,
        keyId: caller.principal.keyId,
        createdAt: now,
        stepStartedAt: now,
        deadlineAt: new Date(now.getTime() + secondsOf(plan.deadline) * 1_000),
        pausedAt: undefined,
        winner: undefined,
        promotingAt: undefined,
        judged: 0,
        endedAt: undefined,
      }
      checkPromotion(rollout)
      const isBegun = await holdingTraffic(context, service, async transaction => {
        // somebody may have changed what is live since
        if ((await readLive(service, transaction)).live !== baseline) return false
        if (!(await insertRollout(transaction, rollout))) return false
        const file = await fileReleaseOf(context, transaction, service)
        const doer = doerOf(caller)
        const trafficRevision = await declare(context, transaction, service, declareTraffic(rollout, file), {
          cause: 'promotion',
          rolloutId: rollout.id,
          doer,
          reason: wanted.reason,
        })
        await noteStep(
          context,
          transaction,
          rollout,
          { kind: 'started', reason: wanted.reason, trafficRevision },
          doer,
        )
        return true
      })
      if (!isBegun) {
        const open = await findOpenRollout(database, service)
        if (open && open.id === wanted.id) return open
        throw new Failure(
          'conflict',
          open
            ? `A rollout of \`${service}\` is under way: ${open.candidates.join(', ')} (${open.id}), ${open.state}. End it first: slipway rollout abort ${open.id}`
            : `What answers for \`${service}\` has changed meanwhile; begin it again.`,
        )
      }
      context.metrics.changed(rollout)
      wake()
      return rollout
    },
    pause: async (caller, id, reason) =>
      await change(caller, id, rollout => {
        if (rollout.state !== 'running' && rollout.state !== 'approval')
          throw new Failure('conflict', `The rollout is ${rollout.state}, which cannot be paused.`)
        return {
          kind: 'paused',
          rollout: { ...rollout, state: 'paused', pausedAt: new Date(context.now()) },
          reason,
        }
      }),
    resume: async (caller, id, reason) =>
      await change(caller, id, rollout => {
        const now = new Date(context.now())
        if (rollout.state === 'blocked')
          return { kind: 'promoting', rollout: { ...rollout, state: 'promoting', promotingAt: now }, reason }
        if (rollout.state !== 'paused' || !rollout.pausedAt)
          throw new Failure('conflict', `The rollout is ${rollout.state}: there is nothing to resume.`)
        // its time stood still, and one that is past its deadline gets as long again
        const left = rollout.deadlineAt.getTime() - rollout.pausedAt.getTime()
        const deadlineMs = left > 0 ? left : secondsOf(rollout.plan.deadline) * 1_000
        return {
          kind: 'resumed',
          rollout: {
            ...rollout,
            state: 'running',
            pausedAt: undefined,
            deadlineAt: new Date(now.getTime() + deadlineMs),
          },
          reason,
        }
      }),
    promote: async (caller, id, to, reason) =>
      await change(caller, id, rollout => {
        if (rollout.state === 'promoting' || rollout.state === 'blocked')
          throw new Failure('conflict', `The rollout is ${rollout.state}: it has passed its steps.`)
        if (rollout.plan.approval) mayApprove(caller, rollout)
        const now = new Date(context.now())
        if (rollout.plan.test) {
          const [only, ...others] = rollout.arms
          if (only === undefined || others.length > 0)
            throw new Failure(
              'invalid_request',
              `Several candidates are compared (${rollout.arms.join(', ')}); send the traffic to one of them: slipway rollout back ${rollout.service} RELEASE`,
            )
          return promote(rollout, only, reason, now)
        }
        if (to === 'all') return promote(rollout, rollout.arms[0] ?? rollout.baseline, reason, now)
        return passStep({ ...rollout, state: 'approval' }, undefined, reason, now)
      }),
    approve: async (caller, id, reason) =>
      await change(caller, id, rollout => {
        if (rollout.state !== 'approval')
          throw new Failure('conflict', `The rollout is ${rollout.state}: it does not wait for a yes.`)
        mayApprove(caller, rollout)
        return { ...passStep(rollout, undefined, reason, new Date(context.now())), kind: 'approved' }
      }),
    abort: async (caller, id, reason) =>
      await change(caller, id, rollout => ({
        kind: 'aborted',
        rollout: { ...rollout, state: 'aborted' },
        reason,
      })),
    readLive: async service => await readLive(service),
    async setLive(caller, service, release, reason) {
      const { releases } = serviceOr404(service)
      access.authorize(caller.principal, 'rollout:write', { tenant: null, service })
      if (!releases.includes(release))
        throw new Failure(
          'invalid_request',
          `\`${service}\` has no release \`${release}\`. ${suggestSentence(release, releases, 'release')}`,
          { details: { parameter: 'release' } },
        )
      const doer = doerOf(caller)
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
      return await readLive(service)
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

  function mayApprove({ principal }: RolloutCaller, rollout: Rollout): void {
    access.authorize(principal, 'rollout:approve', { tenant: null, service: rollout.service })
    if (principal.keyId === rollout.keyId)
      throw new Failure(
        'forbidden',
        'This key began the rollout, and its plan asks for the approval of somebody else.',
      )
  }
}

function planOf({ plan }: NewRollout, declared: DeclaredService): RolloutPlan {
  if (plan) return readPlan(plan.text, plan.file, declared)
  return declared.plan ?? rolloutPlanSchema.parse({})
}

function candidatesOf(
  { candidate, service }: NewRollout,
  plan: RolloutPlan,
  { releases }: DeclaredService,
): readonly string[] {
  if (plan.test) {
    if (candidate === undefined) return Object.keys(plan.test.shares)
    throw new Failure(
      'invalid_request',
      'The plan is a test, which names its candidates: leave `candidate` out.',
      {
        details: { parameter: 'candidate' },
      },
    )
  }
  if (candidate === undefined)
    throw new Failure('invalid_request', 'Name the release that is to be rolled out: `candidate`.', {
      details: { parameter: 'candidate' },
    })
  if (releases.includes(candidate)) return [candidate]
  throw new Failure(
    'invalid_request',
    `\`${service}\` has no release \`${candidate}\`. ${suggestSentence(candidate, releases, 'release')}`,
    { details: { parameter: 'candidate' } },
  )
}

/** What is to happen at the end has to be possible at the beginning. */
function checkPromotion(rollout: Rollout): void {
  const { onPromoted } = rollout.plan
  if (!onPromoted) return
  const { model, alias } = onPromoted
  for (const candidate of rollout.candidates)
    if (!versionOf({ ...rollout, winner: candidate }, model))
      throw new Failure(
        'invalid_request',
        `\`onPromoted\` moves \`${alias}\` of ${model} to what the candidate serves, and no engine of \`${candidate}\` serves a version of ${model}.`,
      )
  const follows = rollout.pinned[rollout.baseline]?.models.some(
    one => one.model === model && one.reference.endsWith(`@${alias}`),
  )
  if (follows !== true)
    throw new Failure(
      'invalid_request',
      `\`onPromoted\` moves \`${alias}\` of ${model}, and no engine of the baseline \`${rollout.baseline}\` follows it: the traffic would go back to what it was.`,
    )
}
