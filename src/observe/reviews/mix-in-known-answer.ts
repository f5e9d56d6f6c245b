import { createId } from '../../foundation/platform/index.ts'
import { chooseKnownAnswer, findKnownAnswer } from './known-answer-store.ts'
import type { Review, ReviewVerdict } from './review.ts'
import type { ReviewCaller, ReviewsContext } from './reviews-context.ts'
import { submitReview } from './submit-review.ts'

const dayMinutes = 24 * 60

/**
 * After a reviewer has decided something, gives them, as often as is configured, an item whose answer is known. It
 * stands where the decided one stood, so that it comes next, and nobody else sees it.
 */
export async function mixInKnownAnswer(
  context: ReviewsContext,
  decided: Review,
  { principal, tenant }: ReviewCaller,
): Promise<void> {
  const { database, settings, random } = context
  if (random() * 100 >= settings().knownAnswerPercent) return
  const item = await chooseKnownAnswer(database, principal.keyId, tenant)
  if (!item) return
  const content = JSON.stringify({ answer: item.answer })
  await submitReview(
    context,
    {
      inferenceId: createId(),
      requestId: createId(),
      tenant: item.tenant,
      service: item.service,
      keyId: 'nobody',
      path: decided.path,
      isStream: decided.isStream,
      side: 'output',
      policy: { name: decided.policy, hash: decided.policyHash },
      terms: {
        dueMinutes: dayMinutes,
        expireMinutes: dayMinutes,
        onExpire: 'deny',
        fallbackMessage: decided.fallbackMessage,
        rejectMessage: decided.rejectMessage,
        fourEyes: false,
        priority: decided.priority,
      },
      fired: decided.fired,
      context: item.context,
      content,
      texts: [{ role: 'assistant', kind: 'text', text: item.answer, marks: [], at: ['answer'] }],
      writing: '{}',
    },
    { knownAnswerId: item.id, reviewer: principal.keyId, dueAt: decided.dueAt },
  )
}

/** Counts whether the reviewer gave the answer that was known. */
export async function countKnownAnswer(
  { database, metrics }: ReviewsContext,
  id: string,
  verdict: ReviewVerdict,
): Promise<void> {
  const item = await findKnownAnswer(database, id)
  if (item) metrics.knownAnswers.inc({ result: item.expected === verdict ? 'right' : 'wrong' })
}
