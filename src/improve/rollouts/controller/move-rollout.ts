import { createId, LeaseLost } from '../../../foundation/platform/index.ts'
import { secondsOf } from '../../../foundation/config/index.ts'
import { countArmOutcomes } from '../../../observe/traces/index.ts'
import type { RolloutContext } from '../ports.ts'
import type { Rollout } from '../rollout.ts'
import { findRollout, noteJudged, tellOfRollout } from '../rollout-store.ts'
import { listBursts } from '../burst-store.ts'
import { lockRollout, lookAgainAt } from './rollout-lease-store.ts'
import { evidenceOf, measureStep } from '../verdicts/measure-step.ts'
import type { StepJudgement, Verdict } from '../verdicts/verdict.ts'
import { insertVerdict, listVerdicts } from '../verdicts/verdict-store.ts'
import { apply, later, type RolloutClaim } from './apply-change.ts'
import { finishPromotion } from './finish-promotion.ts'
import { afterBursts, atDeadline, moveOn } from './next-move.ts'
import { whySuperseded } from './supersede.ts'

/** A look costs at most this part of the time. */
const workShare = 1 / 20
/** And comes after at most that part of the time that the step has lasted. */
const growth = 1 / 100

/**
 * Moves a rollout by one step at most, from what is in the database: whoever is killed in between has left one declared state, and who
 * comes next finds the same. Everything that a step changes is one transaction, and needs the lease and the revision that was decided on.
 */
export async function moveRollout(
  context: RolloutContext,
  claimed: Rollout,
  claim: RolloutClaim,
): Promise<void> {
  const { database } = context
  const rollout = await findRollout(database, claimed.id)
  if (!rollout) return
  if (rollout.state === 'promoting') return await finishPromotion(context, rollout, claim)
  if (rollout.state === 'blocked') return await lookAgainAt(database, rollout, later(context, 60_000))
  const superseded = await whySuperseded(context, rollout)
  if (superseded !== undefined)
    return await apply(context, rollout, claim, {
      kind: 'superseded',
      rollout: { ...rollout, state: 'superseded' },
      reason: superseded,
    })
  const burst = afterBursts(rollout, await listBursts(database, rollout.id, rollout.step), dateOf(context))
  if (burst) return await apply(context, rollout, claim, burst)
  await judge(context, rollout, claim)
}

async function judge(context: RolloutContext, rollout: Rollout, claim: RolloutClaim): Promise<void> {
  const { database } = context
  const startedAt = performance.now()
  const now = dateOf(context)
  const [last] = await listVerdicts(database, rollout.id, { step: rollout.step, limit: 1 })
  const isOver = rollout.pausedAt === undefined && now >= rollout.deadlineAt
  if (!isOver && last && !(await isWorthALook(context, rollout, last, now)))
    return await lookAgainAt(database, rollout, later(context, everyMs(rollout)))
  const judgement = await measureStep(database, rollout, { now, signal: claim.signal })
  const took = performance.now() - startedAt
  context.metrics.judged(rollout.service, judgement.decision, took / 1_000)
  const verdict: Verdict = {
    ...judgement,
    id: createId(),
    rolloutId: rollout.id,
    step: rollout.step,
    at: now,
  }
  const change =
    moveOn(rollout, judgement, now) ?? (isOver ? atDeadline(rollout, judgement.reasons, now) : undefined)
  if (change) return await apply(context, rollout, claim, { ...change, verdictId: verdict.id }, verdict)
  if (!last || isNews(last, judgement)) await keep(context, rollout, claim, verdict)
  const stepMs = now.getTime() - rollout.stepStartedAt.getTime()
  const pauseMs = Math.max(everyMs(rollout), took / workShare, stepMs * growth)
  await lookAgainAt(
    database,
    rollout,
    new Date(Math.min(later(context, pauseMs).getTime(), dueAt(rollout, now))),
  )
}

/** Nothing can have changed where no request has come; what people and judges say comes later than those. */
async function isWorthALook(
  context: RolloutContext,
  rollout: Rollout,
  last: Verdict,
  now: Date,
): Promise<boolean> {
  const saidLater = rollout.plan.metrics.some(({ use }) => use === 'feedback' || use === 'score')
  const requests = await countArmOutcomes(context.database, evidenceOf(rollout))
  if (requests === 0 && last.restsOn.requests === 0) return false
  // what is passed may have to last
  const waits = last.candidates.every(({ decision }) => decision === 'promote')
  return saidLater || waits || requests !== last.restsOn.requests || now >= rollout.deadlineAt
}

function isNews(last: Verdict, judgement: StepJudgement): boolean {
  return (
    last.restsOn.requests !== judgement.restsOn.requests ||
    last.decision !== judgement.decision ||
    last.reasons.join() !== judgement.reasons.join()
  )
}

/** Keeps a verdict that changes nothing. */
async function keep(
  context: RolloutContext,
  rollout: Rollout,
  claim: RolloutClaim,
  verdict: Verdict,
): Promise<void> {
  await context.database.transaction(async transaction => {
    const held = await lockRollout(transaction, rollout.id, claim.owner)
    if (!held || held.revision !== rollout.revision) throw new LeaseLost()
    await insertVerdict(transaction, verdict)
    await noteJudged(transaction, rollout, verdict.restsOn.requests)
    await tellOfRollout(transaction, rollout.id)
  })
}

const everyMs = ({ plan }: Rollout): number => secondsOf(plan.every) * 1_000
const dateOf = ({ now }: RolloutContext): Date => new Date(now())

/** A deadline is looked at when it comes. */
function dueAt({ deadlineAt, pausedAt }: Rollout, now: Date): number {
  const at = deadlineAt.getTime()
  return pausedAt === undefined && at > now.getTime() ? at : Number.POSITIVE_INFINITY
}
