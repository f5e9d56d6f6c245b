import { Failure } from '../../foundation/platform/index.ts'
import { findReviewer } from './reviewer-store.ts'
import type { ReviewCaller, ReviewsContext } from './reviews-context.ts'

/** Who may decide, and what they learned for it. */
export interface Reviewer {
  readonly keyId: string
  readonly name: string
  readonly tenant: string | undefined
  /** In words: what was taught, by whom. */
  readonly training: string
  /** The last day on which it holds, `YYYY-MM-DD`. */
  readonly trainedUntil: string
  readonly note: string | undefined
  readonly updatedAt: Date
  readonly updatedBy: string
}

/** Throws `forbidden` where a record of training is asked for and this reviewer has none that holds today. */
export async function assertMayReview(
  { database, settings, now }: ReviewsContext,
  { principal }: ReviewCaller,
): Promise<void> {
  if (!settings().requireTraining) return
  const reviewer = await findReviewer(database, principal.keyId)
  const today = new Date(now()).toISOString().slice(0, 10)
  if (reviewer && reviewer.trainedUntil >= today) return
  const message = reviewer
    ? `Your training for reviews held until ${reviewer.trainedUntil}. Have it renewed and recorded, then go on.`
    : 'Only trained reviewers may decide here, and there is no record of your training. Have it recorded (`slipway reviews train`).'
  throw new Failure('forbidden', message, { details: { reason: 'not_trained' } })
}
