import { createId } from '../../foundation/platform/index.ts'
import type { Database, Queryable } from '../../foundation/platform/index.ts'
import type { Audit } from '../../govern/audit/index.ts'
import type { Feedback, FeedbackInput, MaskFeedback } from './feedback.ts'
import { insertFeedback } from './feedback-store.ts'
import type { Inference } from './inference.ts'

/** Told of feedback in the transaction that keeps it. */
export type OnFeedback = (transaction: Queryable, feedback: Feedback, inference: Inference) => Promise<void>

/** Keeps what a user said, and that it was said: both or neither. */
export async function giveFeedback(options: {
  readonly database: Database
  readonly audit: Pick<Audit, 'record'>
  readonly inference: Inference
  readonly input: FeedbackInput
  readonly mask: MaskFeedback
  readonly actor: { readonly id: string; readonly name: string }
  readonly requestId: string
  readonly onFeedback?: OnFeedback | undefined
  readonly nowMs: number
}): Promise<Feedback> {
  const { database, audit, inference, input, actor, requestId } = options
  const said = {
    label: input.label?.replaceAll('\0', '').toWellFormed(),
    comment: input.comment?.replaceAll('\0', '').toWellFormed(),
    correctedOutput: input.corrected_output ?? undefined,
  }
  const feedback: Feedback = {
    ...(await options.mask(said, inference)).value,
    id: createId(),
    inferenceId: inference.id,
    tenant: inference.tenant,
    score: input.score,
    createdAt: new Date(options.nowMs),
    createdBy: actor.id,
  }
  await database.transaction(async transaction => {
    await insertFeedback(transaction, feedback)
    await options.onFeedback?.(transaction, feedback, inference)
    const change = {
      actor,
      action: 'feedback:create',
      subject: `inference:${inference.id}`,
      tenant: inference.tenant,
      after: feedback,
      requestId,
    }
    await audit.record(change, transaction)
  })
  return feedback
}
