import {
  type RolloutPlan,
  rolloutPlanSchema,
  secondsOf,
  suggestSentence,
} from '../../foundation/config/index.ts'
import { createId, Failure } from '../../foundation/platform/index.ts'
import { declare, fileReleaseOf, holdingTraffic, noteStep } from './change-rollout.ts'
import { versionOf } from './controller/finish-promotion.ts'
import { readLive, serviceOr404 } from './live-release.ts'
import type { DeclaredService, RolloutContext } from './ports.ts'
import { readPlan } from './read-plan.ts'
import type { Rollout } from './rollout.ts'
import { doerOf, type RolloutCaller } from './rollout-caller.ts'
import { findOpenRollout, findRollout, insertRollout } from './rollout-store.ts'
import { declareTraffic } from './traffic/service-traffic.ts'

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

/** Pins both sides and declares the first step; one that is known by its id is given back. */
export async function startRollout(
  context: RolloutContext,
  caller: RolloutCaller,
  wanted: NewRollout,
): Promise<Rollout> {
  const { service } = wanted
  const declared = serviceOr404(context, service)
  const known = wanted.id === undefined ? undefined : await findRollout(context.database, wanted.id)
  if (known) return known
  const plan = planOf(wanted, declared)
  const candidates = candidatesOf(wanted, plan, declared)
  const { live: baseline } = await readLive(context, service)
  if (candidates.includes(baseline))
    throw new Failure(
      'invalid_request',
      `\`${baseline}\` answers for \`${service}\` already; a candidate is another release.`,
      { details: { parameter: 'candidate' } },
    )
  const names = [baseline, ...candidates]
  const pinned = Object.fromEntries(
    await Promise.all(names.map(async name => [name, await context.ports.pin(service, name)] as const)),
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
    if ((await readLive(context, service, transaction)).live !== baseline) return false
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
    const open = await findOpenRollout(context.database, service)
    if (open && open.id === wanted.id) return open
    throw new Failure(
      'conflict',
      open
        ? `A rollout of \`${service}\` is under way: ${open.candidates.join(', ')} (${open.id}), ${open.state}. End it first: slipway rollout abort ${open.id}`
        : `What answers for \`${service}\` has changed meanwhile; begin it again.`,
    )
  }
  context.metrics.changed(rollout)
  return rollout
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
