import { createId, Failure } from '../../foundation/platform/index.ts'
import { maskTexts, Placeholders } from './masked-view.ts'
import { type ContentText, hashOf, type NewReview, type Review } from './review.ts'
import { announce, hangOn, insertEvent, insertReview } from './review-store.ts'
import type { ReviewsContext } from './reviews-context.ts'

/** What is sealed beside the content. */
export interface SealedParts {
  /** What the answer is written from. */
  readonly writing: string
  readonly context: NewReview['context']
  readonly placeholders: readonly [name: string, original: string][]
}

const minuteMs = 60_000
const previewLength = 200

/** Gives something to people to decide. It is durable when this resolves. */
export async function submitReview(
  { database, sealing, findHidden, metrics, now }: ReviewsContext,
  asked: NewReview,
  forReviewer?: { readonly knownAnswerId: string; readonly reviewer: string; readonly dueAt: Date },
): Promise<Review> {
  const { tenant, terms } = asked
  const createdAt = new Date(now())
  const placeholders = new Placeholders()
  const context = maskTexts(asked.context, findHidden, placeholders)
  const view = maskTexts(asked.texts, findHidden, placeholders)
  const parts: SealedParts = {
    writing: asked.writing,
    context: asked.context,
    placeholders: placeholders.entries(),
  }
  const id = createId()
  const [sealed, sealedContent] = await Promise.all([
    sealing.seal(tenant, [id], JSON.stringify(parts)),
    sealing.seal(tenant, [id, '0'], asked.content),
  ])
  const contentHash = hashOf(asked.content)
  const review: Review = {
    id,
    tenant,
    service: asked.service,
    inferenceId: asked.inferenceId,
    requestId: asked.requestId,
    keyId: asked.keyId,
    path: asked.path,
    isStream: asked.isStream,
    side: asked.side,
    knownAnswerId: forReviewer?.knownAnswerId,
    assignedTo: forReviewer?.reviewer,
    state: 'pending',
    priority: terms.priority,
    policy: asked.policy.name,
    policyHash: asked.policy.hash,
    fired: asked.fired,
    preview: previewOf(view),
    fourEyes: terms.fourEyes,
    onExpire: terms.onExpire,
    fallbackMessage: terms.fallbackMessage,
    rejectMessage: terms.rejectMessage,
    version: 0,
    contentHash,
    claimedBy: undefined,
    claimedAt: undefined,
    claimUntil: undefined,
    createdAt,
    dueAt: forReviewer?.dueAt ?? new Date(createdAt.getTime() + terms.dueMinutes * minuteMs),
    expiresAt: new Date(createdAt.getTime() + terms.expireMinutes * minuteMs),
    decidedAt: undefined,
    decidedBy: undefined,
    resultHash: undefined,
    nextReviewId: undefined,
  }
  const version = { version: 0, contentHash, sealed: sealedContent, view, editor: undefined, createdAt }
  await database.transaction(async transaction => {
    await insertReview(transaction, review, { context, sealed, version })
    await insertEvent(transaction, review.id, {
      id: createId(),
      at: createdAt,
      actor: 'system',
      kind: 'created',
      state: 'pending',
      note: undefined,
    })
    await announce(transaction, { id: review.id, tenant, state: 'pending', what: 'created' })
    if (asked.parentId !== undefined && !(await hangOn(transaction, asked.parentId, review.id, createdAt)))
      throw new Failure('conflict', 'What came of the approved request is there already.')
  })
  if (!forReviewer) metrics.created.inc({ service: review.service, side: review.side })
  return review
}

/** The first words of what is to be decided, on one line. */
export function previewOf(view: readonly ContentText[]): string {
  const text = view
    .filter(({ kind }) => kind !== 'reasoning')
    .map(part => (part.name === undefined ? part.text : `${part.name}(${part.text})`))
    .join(' · ')
    .replaceAll(/\s+/g, ' ')
  return text.length <= previewLength ? text : `${text.slice(0, previewLength - 1)}…`
}
