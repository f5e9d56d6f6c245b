import { findReview, findSealed } from './review-store.ts'
import type { ReviewsContext } from './reviews-context.ts'
import type { SealedParts } from './submit-review.ts'

/** What an answer is written from, as the gateway handed it in; `undefined` where it is past its retention. */
export async function findWriting(
  { database, sealing }: ReviewsContext,
  id: string,
): Promise<string | undefined> {
  const [review, sealed] = await Promise.all([findReview(database, id), findSealed(database, id)])
  if (!review || !sealed) return undefined
  return (JSON.parse(await sealing.open(review.tenant, [id], sealed)) as SealedParts).writing
}
