import { createId, Failure, type Queryable } from '../../foundation/platform/index.ts'
import { actorOf } from '../../govern/access/index.ts'
import { systemActor } from '../../govern/audit/index.ts'
import { countKnownAnswer, mixInKnownAnswer } from './mix-in-known-answer.ts'
import type { Review } from './review.ts'
import { type ReviewMachine, type ReviewRefusal, takeAct } from './review-machine.ts'
import { announce, findReview, findStanding, insertEvent, insertVote, moveReview } from './review-store.ts'
import { assertMayReview } from './reviewer.ts'
import type { ReviewCaller, ReviewsContext } from './reviews-context.ts'

export interface Decision {
  readonly id: string
  readonly verdict: 'approve' | 'reject'
  /** The SHA-256 of what the reviewer has read: an approval is of that and of nothing else. */
  readonly contentHash: string
  readonly rationale: string
}

/** Says yes or no. What follows from it (answering, asking the model, telling a webhook) is queued in the same transaction. */
export async function decideReview(
  context: ReviewsContext,
  decision: Decision,
  caller: ReviewCaller,
): Promise<Review> {
  const { database, audit, now } = context
  const by = caller.principal.keyId
  const at = new Date(now())
  await assertMayReview(context, caller)
  const result = await database.transaction(async transaction => {
    const review = await lockForAct(transaction, decision.id, caller, at)
    const machine = await machineOf(transaction, review)
    const act = { kind: decision.verdict, by, hash: decision.contentHash, atMs: at.getTime() } as const
    const step = takeAct(machine, act)
    if (step.kind === 'refused') return { refused: step.why, review }
    const { to } = step
    const moved = await moveReview(
      transaction,
      review,
      { state: to.state, version: to.version, contentHash: to.hash, decidedBy: by },
      at,
    )
    if (!moved) return { refused: 'already_decided' as const, review }
    await insertVote(transaction, review.id, {
      reviewer: by,
      version: review.version,
      contentHash: review.contentHash,
      verdict: decision.verdict,
      rationale: decision.rationale,
      seconds: secondsOf(review, at),
      createdAt: at,
    })
    const kind = decision.verdict === 'approve' ? 'approved' : 'rejected'
    await insertEvent(transaction, review.id, {
      id: createId(),
      at,
      actor: by,
      kind,
      state: to.state,
      note: decision.rationale,
    })
    await audit.record(
      {
        actor: actorOf(caller.principal),
        action: 'review:decide',
        subject: `review:${review.id}`,
        tenant: review.tenant,
        requestId: caller.requestId,
        before: { state: review.state, version: review.version, contentHash: review.contentHash },
        after: { state: to.state, version: to.version, contentHash: to.hash, verdict: decision.verdict },
      },
      transaction,
    )
    await announce(transaction, { id: review.id, tenant: review.tenant, state: to.state, what: kind })
    const after: Review = { ...review, state: to.state, decidedAt: at, decidedBy: by }
    if (to.state !== 'pending' && review.knownAnswerId === undefined)
      await context.onDecided(after, transaction)
    return { review: after }
  })
  if (result.refused) {
    if (result.refused === 'expired') await expireReview(context, decision.id)
    throw refusalOf(result.refused)
  }
  countDecision(context, result.review, at)
  if (result.review.knownAnswerId === undefined)
    await mixInKnownAnswer(context, result.review, caller).catch((error: unknown) =>
      context.logger.warn({ err: error }, 'An item with a known answer could not be mixed in.'),
    )
  else await countKnownAnswer(context, result.review.knownAnswerId, decision.verdict)
  return result.review
}

/** Ends what nobody has decided in time; `undefined` where it is not so, or somebody was sooner. */
export async function expireReview(context: ReviewsContext, id: string): Promise<Review | undefined> {
  const { database, audit, now } = context
  const at = new Date(now())
  const expired = await database.transaction(async transaction => {
    const review = await findReview(transaction, id, { isLocking: true })
    if (!review) return undefined
    const step = takeAct(await machineOf(transaction, review), { kind: 'expire', atMs: at.getTime() })
    if (step.kind === 'refused') return undefined
    const { version, contentHash } = review
    if (!(await moveReview(transaction, review, { state: 'expired', version, contentHash }, at)))
      return undefined
    const after: Review = { ...review, state: 'expired', decidedAt: at }
    await insertEvent(transaction, id, {
      id: createId(),
      at,
      actor: 'system',
      kind: 'expired',
      state: 'expired',
      note: review.knownAnswerId === undefined ? review.onExpire : undefined,
    })
    if (review.knownAnswerId === undefined) {
      await audit.record(
        {
          actor: systemActor('reviews'),
          action: 'review:expire',
          subject: `review:${id}`,
          tenant: review.tenant,
          before: { state: review.state, version, contentHash },
          after: { state: 'expired', version, contentHash, onExpire: review.onExpire },
        },
        transaction,
      )
      await context.onDecided(after, transaction)
    }
    await announce(transaction, { id, tenant: review.tenant, state: 'expired', what: 'expired' })
    return after
  })
  if (expired) countDecision(context, expired, at)
  return expired
}

/** The row, held until the transaction ends, where the caller may act on it. */
export async function lockForAct(
  transaction: Queryable,
  id: string,
  { tenant, principal }: ReviewCaller,
  at: Date,
): Promise<Review> {
  const review = await findReview(transaction, id, { tenant, isLocking: true })
  if (!review || (review.assignedTo !== undefined && review.assignedTo !== principal.keyId))
    throw unknownReview(id)
  const { claimedBy, claimUntil } = review
  if (
    review.state === 'pending' &&
    claimedBy !== undefined &&
    claimedBy !== principal.keyId &&
    (claimUntil?.getTime() ?? 0) > at.getTime()
  ) {
    throw new Failure('conflict', 'Another reviewer works on this item. Take the next one.', {
      details: { reason: 'claimed' },
    })
  }
  return review
}

export async function machineOf(transaction: Queryable, review: Review): Promise<ReviewMachine> {
  const { editor, approvals } = await findStanding(transaction, review.id, review.version)
  return {
    state: review.state,
    fourEyes: review.fourEyes,
    maker: review.keyId,
    version: review.version,
    hash: review.contentHash,
    editor,
    approvals,
    expiresAtMs: review.expiresAt.getTime(),
  }
}

/** What the reviewer took for it: from when it was taken, or came where it was not. */
export function secondsOf(review: Review, at: Date): number {
  return Math.max(0, at.getTime() - (review.claimedAt ?? review.createdAt).getTime()) / 1_000
}

export function unknownReview(id: string): Failure {
  return new Failure(
    'not_found',
    `There is no review ${id.slice(0, 100)}. It may be past retention, or belong to a tenant that this key does not reach.`,
  )
}

const refusals: Readonly<Record<ReviewRefusal, string>> = {
  already_decided: 'This item is decided already.',
  expired: 'The time to decide on this item is over.',
  not_expired: 'The time to decide on this item is not over.',
  content_changed: 'The content is not the one that you have read: somebody has edited it. Read it again.',
  own_inference: 'Your own key asked for this; somebody else has to decide.',
  own_edit: 'You wrote this version; somebody else has to approve it.',
  already_approved: 'You have approved this already; a second reviewer has to.',
  nothing_changed: 'Nothing was changed. Approve it as it is, or change something.',
}

export function refusalOf(why: ReviewRefusal): Failure {
  const code = why === 'own_inference' || why === 'own_edit' ? 'forbidden' : 'conflict'
  return new Failure(code, refusals[why], { details: { reason: why } })
}

function countDecision({ metrics }: ReviewsContext, review: Review, at: Date): void {
  if (review.state === 'pending' || review.knownAnswerId !== undefined) return
  const { service, state } = review
  metrics.decided.inc({ service, state })
  if (state !== 'expired')
    metrics.decisionSeconds.observe({ service }, (at.getTime() - review.createdAt.getTime()) / 1_000)
}
