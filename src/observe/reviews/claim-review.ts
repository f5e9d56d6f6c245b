import { createId, Failure } from '../../foundation/platform/index.ts'
import { expireReview, unknownReview } from './decide-review.ts'
import type { Review } from './review.ts'
import {
  announce,
  claimNext,
  claimReview,
  findReview,
  insertEvent,
  letGo,
  type QueueFilter,
} from './review-store.ts'
import { assertMayReview } from './reviewer.ts'
import type { ReviewCaller, ReviewsContext } from './reviews-context.ts'

/** Takes an item, or keeps it longer, so that nobody else works on it meanwhile. */
export async function takeReview(context: ReviewsContext, id: string, caller: ReviewCaller): Promise<Review> {
  const { database } = context
  await assertMayReview(context, caller)
  const known = await findReview(database, id, { tenant: caller.tenant })
  if (!known) throw unknownReview(id)
  const lease = leaseOf(context)
  const claimed = await database.transaction(async transaction => {
    const taken = await claimReview(transaction, id, caller.principal.keyId, lease)
    if (taken && known.claimedBy !== caller.principal.keyId)
      await noteClaim(transaction, taken, caller, lease.from)
    return taken
  })
  if (claimed && claimed.expiresAt > lease.from) return claimed
  if (claimed) await expireReview(context, id)
  const now = claimed ? undefined : await findReview(database, id, { tenant: caller.tenant })
  if (now?.assignedTo !== undefined && now.assignedTo !== caller.principal.keyId) throw unknownReview(id)
  throw new Failure(
    'conflict',
    now?.state === 'pending'
      ? 'Another reviewer works on this item. Take the next one.'
      : 'This item is decided already.',
    { details: { reason: now?.state === 'pending' ? 'claimed' : 'already_decided' } },
  )
}

/** Takes the most urgent item that this reviewer may decide on; `undefined` where none is left. */
export async function takeNextReview(
  context: ReviewsContext,
  filter: Pick<QueueFilter, 'service' | 'priority' | 'side'>,
  caller: ReviewCaller,
): Promise<Review | undefined> {
  await assertMayReview(context, caller)
  const lease = leaseOf(context)
  const reviewer = caller.principal.keyId
  return await context.database.transaction(async transaction => {
    const taken = await claimNext(transaction, { ...filter, tenant: caller.tenant, reviewer }, lease)
    if (taken) await noteClaim(transaction, taken, caller, lease.from)
    return taken
  })
}

/** Gives an item back to the others. */
export async function letReviewGo(context: ReviewsContext, id: string, caller: ReviewCaller): Promise<void> {
  const { database, now } = context
  await database.transaction(async transaction => {
    const review = await findReview(transaction, id, { tenant: caller.tenant })
    if (!review) throw unknownReview(id)
    if (!(await letGo(transaction, id, caller.principal.keyId))) return
    await insertEvent(transaction, id, {
      id: createId(),
      at: new Date(now()),
      actor: caller.principal.keyId,
      kind: 'let_go',
      state: review.state,
      note: undefined,
    })
    await announce(transaction, { id, tenant: review.tenant, state: review.state, what: 'let_go' })
  })
}

async function noteClaim(
  transaction: Parameters<typeof insertEvent>[0],
  review: Review,
  caller: ReviewCaller,
  at: Date,
): Promise<void> {
  await insertEvent(transaction, review.id, {
    id: createId(),
    at,
    actor: caller.principal.keyId,
    kind: 'claimed',
    state: review.state,
    note: undefined,
  })
  await announce(transaction, { id: review.id, tenant: review.tenant, state: review.state, what: 'claimed' })
}

function leaseOf({ now, settings }: ReviewsContext): { readonly from: Date; readonly until: Date } {
  const from = new Date(now())
  return { from, until: new Date(from.getTime() + settings().claimMinutes * 60_000) }
}
