import { createId, Failure } from '../../foundation/platform/index.ts'
import { expireReview } from './decide-review.ts'
import { hashOf, type Review } from './review.ts'
import { findReview, findSealedResult, findSealedVersion, insertEvent, markReleased } from './review-store.ts'
import type { ReviewsContext } from './reviews-context.ts'

/** What the client gets; `pending` names the review on which it hangs now. */
export type ReviewOutcome =
  | { readonly kind: 'pending'; readonly id: string; readonly expiresAt?: Date }
  /** Exactly what was approved: its hash has just been compared. Of an approved request, what the model said. */
  | { readonly kind: 'content'; readonly content: string; readonly how: 'approved' | 'edited' | 'expired' }
  | { readonly kind: 'message'; readonly message: string }
  | { readonly kind: 'refused'; readonly why: 'rejected' | 'expired'; readonly message: string }

const expiredMessage = 'Nobody has decided on this answer in time, so it is not given.'

/** What has become of a review; one whose time is over ends here, whether a job has come by or not. */
export async function readOutcome(context: ReviewsContext, id: string): Promise<ReviewOutcome | undefined> {
  const { database, now } = context
  let review = await findReview(database, id)
  if (!review) return undefined
  if (review.state === 'pending' && review.expiresAt.getTime() <= now()) {
    await expireReview(context, id)
    review = (await findReview(database, id)) ?? review
  }
  const { state, onExpire } = review
  if (state === 'pending') return { kind: 'pending', id, expiresAt: review.expiresAt }
  if (state === 'rejected') return { kind: 'refused', why: 'rejected', message: review.rejectMessage }
  if (state === 'expired' && onExpire === 'deny')
    return { kind: 'refused', why: 'expired', message: expiredMessage }
  if (state === 'expired' && onExpire === 'fallback-message')
    return { kind: 'message', message: review.fallbackMessage }
  if (review.side === 'output') {
    const content = await openApproved(context, review)
    return { kind: 'content', content, how: howOf(review) }
  }
  if (review.nextReviewId !== undefined) return await readOutcome(context, review.nextReviewId)
  const sealed = await findSealedResult(database, id)
  if (!sealed) return { kind: 'pending', id }
  const content = await context.sealing.open(review.tenant, [id, 'result'], sealed)
  if (hashOf(content) !== review.resultHash) throw await contentDiffers(context, review)
  await noteRelease(context, review)
  return { kind: 'content', content, how: howOf(review) }
}

/** The text that the approval is of, to the byte. Throws where it is any other. */
export async function openApproved(context: ReviewsContext, review: Review): Promise<string> {
  const content = await openExact(context, review)
  await noteRelease(context, review)
  return content
}

/** As `openApproved`, without noting that a client has it now. */
export async function openExact(context: ReviewsContext, review: Review): Promise<string> {
  const { database, sealing } = context
  // nobody has approved the edits of what has expired
  const version = review.state === 'expired' ? 0 : review.version
  const stored = await findSealedVersion(database, review.id, version)
  if (!stored) throw await contentDiffers(context, review)
  const content = await sealing.open(review.tenant, [review.id, String(version)], stored.sealed)
  const approved = version === review.version ? review.contentHash : stored.contentHash
  if (hashOf(content) !== approved || stored.contentHash !== approved)
    throw await contentDiffers(context, review)
  return content
}

function howOf({ state }: Review): 'approved' | 'edited' | 'expired' {
  return state === 'approved' || state === 'edited' ? state : 'expired'
}

async function noteRelease({ database, now }: ReviewsContext, review: Review): Promise<void> {
  const at = new Date(now())
  if (!(await markReleased(database, review.id, at))) return
  await insertEvent(database, review.id, {
    id: createId(),
    at,
    actor: 'system',
    kind: 'released',
    state: review.state,
    note: undefined,
  })
}

async function contentDiffers(
  { database, metrics, logger, now }: ReviewsContext,
  review: Review,
): Promise<Failure> {
  metrics.contentDiffers.inc()
  logger.error({ review: review.id }, 'What is stored is not what was approved: it is not released.')
  await insertEvent(database, review.id, {
    id: createId(),
    at: new Date(now()),
    actor: 'system',
    kind: 'content_differs',
    state: review.state,
    note: undefined,
  })
  return new Failure('conflict', 'What is stored is not what was approved, so it is not released.', {
    details: { reason: 'content_differs' },
  })
}
