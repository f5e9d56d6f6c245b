import { createId } from '../../foundation/platform/index.ts'
import { actorOf } from '../../govern/access/index.ts'
import { unknownReview } from './decide-review.ts'
import { openVersion } from './edit-review.ts'
import { Placeholders } from './masked-view.ts'
import type { ContentText, ReviewText } from './review.ts'
import { findReview, insertEvent } from './review-store.ts'
import type { ReviewCaller, ReviewsContext } from './reviews-context.ts'

/** What a reviewer reads once it is unmasked. Marks are those of the masked view and are left out. */
export interface Unmasked {
  readonly context: readonly ReviewText[]
  readonly texts: readonly ContentText[]
}

/** Shows it as it is. Who looked and why is written down before anything is shown. */
export async function unmaskReview(
  context: ReviewsContext,
  asked: { readonly id: string; readonly reason: string },
  caller: ReviewCaller,
): Promise<Unmasked> {
  const { database, audit, now } = context
  const { id, reason } = asked
  const by = caller.principal.keyId
  const review = await findReview(database, id, { tenant: caller.tenant })
  if (!review || (review.assignedTo !== undefined && review.assignedTo !== by)) throw unknownReview(id)
  const { view, parts } = await openVersion(context, review)
  await database.transaction(async transaction => {
    await insertEvent(transaction, id, {
      id: createId(),
      at: new Date(now()),
      actor: by,
      kind: 'unmasked',
      state: review.state,
      note: reason,
    })
    await audit.record(
      {
        actor: actorOf(caller.principal),
        action: 'review:unmask',
        subject: `review:${id}`,
        tenant: review.tenant,
        requestId: caller.requestId,
        after: { reason, version: review.version },
      },
      transaction,
    )
  })
  const placeholders = Placeholders.of(parts.placeholders)
  const texts = view.map(text => ({ ...text, text: placeholders.restore(text.text).text, marks: [] }))
  return { context: parts.context, texts }
}
