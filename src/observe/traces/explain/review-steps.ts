import type { Inference } from '../inference.ts'
import type { ExplainStep } from './explain-step.ts'

/** What a person was asked of an inference, as the domain of reviews says it. */
export interface ExplainedReview {
  readonly id: string
  readonly side: string
  readonly state: string
  readonly policy: string
  readonly policyHash: string
  readonly contentHash: string
  readonly version: number
  readonly onExpire: string
  readonly createdAt: Date
  readonly decidedAt: Date | undefined
  readonly decidedBy: string | undefined
}

/** What waited for a person, and what was decided: after the inference itself has ended, as a rule. */
export function reviewSteps(inference: Inference, reviews: readonly ExplainedReview[]): ExplainStep[] {
  return reviews.map(review => {
    const what = review.side === 'input' ? 'the request' : 'the answer'
    const { decidedAt, decidedBy, createdAt } = review
    const seconds = decidedAt && Math.round((decidedAt.getTime() - createdAt.getTime()) / 1_000)
    const by = decidedBy === undefined ? '' : ` by the key ${decidedBy}`
    const end: Readonly<Record<string, string>> = {
      pending: `A person has still to decide on ${what}.`,
      approved: `A person approved ${what}.`,
      edited: `A person approved ${what}, edited.`,
      rejected: `A person rejected ${what}.`,
      expired: `Nobody decided on ${what} in time; what follows then is ${review.onExpire}.`,
    }
    return {
      kind: 'review',
      decision: review.state,
      atMs: (decidedAt ?? createdAt).getTime() - inference.startedAtMs,
      text: end[review.state] ?? `The review of ${what} is ${review.state}.`,
      reason:
        `The policy ${review.policy} sends it to people.` +
        (seconds === undefined ? '' : ` It was decided after ${seconds} s${by}.`),
      ground: { kind: 'policy', hash: review.policyHash },
      evidence: {
        review_id: review.id,
        side: review.side,
        version: review.version,
        content_hash: review.contentHash,
        created_at: createdAt.toISOString(),
        decided_at: decidedAt?.toISOString() ?? null,
        decided_by: decidedBy ?? null,
      },
    }
  })
}
