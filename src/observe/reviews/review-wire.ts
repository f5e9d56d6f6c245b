import { z } from 'zod'
import { reviewPriorities } from '../../foundation/config/index.ts'
import type { Delivery } from './delivery-store.ts'
import type { KnownAnswer } from './known-answer-store.ts'
import type { Review, ReviewEvent, ReviewVersion, ReviewVote } from './review.ts'
import { reviewStates } from './review-machine.ts'
import type { Reviewer } from './reviewer.ts'

const moment = z.iso.datetime()
const mark = z.object({
  start: z.int(),
  end: z.int(),
  type: z.string(),
  guard: z
    .string()
    .nullable()
    .describe('The entry of the policy that found it; null where it is only hidden.'),
})

export const reviewTextSchema = z
  .object({
    role: z.string(),
    kind: z.enum(['text', 'reasoning', 'tool_call']),
    name: z.string().nullable().describe('Of the tool.'),
    text: z.string(),
    marks: z.array(mark),
    is_editable: z.boolean(),
  })
  .meta({ id: 'ReviewText' })

export const reviewSchema = z
  .object({
    id: z.string(),
    tenant: z.string(),
    service: z.string(),
    inference_id: z.string(),
    state: z.enum(reviewStates),
    priority: z.enum(reviewPriorities),
    waits_for: z
      .enum(['request', 'answer'])
      .describe('What waits: a request, before the model is asked, or an answer.'),
    policy: z.string(),
    policy_hash: z.string(),
    fired: z.array(
      z.object({
        guard: z.string(),
        check: z.string(),
        stage: z.string(),
        action: z.string(),
        outcome: z.string(),
        types: z.array(z.string()),
        why: z.string(),
      }),
    ),
    preview: z.string().describe('Masked.'),
    version: z.int().describe('Counts the edits.'),
    content_hash: z.string().describe('The SHA-256 of exactly what would be released; a decision names it.'),
    four_eyes: z.boolean(),
    on_expire: z.string(),
    claimed_by: z.string().nullable().describe('Who works on it now: `you`, or the name of a key.'),
    claim_until: moment.nullable(),
    created_at: moment,
    due_at: moment,
    expires_at: moment,
    decided_at: moment.nullable(),
    decided_by: z.string().nullable(),
  })
  .meta({ id: 'Review' })

export const reviewDetailSchema = reviewSchema
  .extend({
    context: z.array(reviewTextSchema).describe('What was said before, masked.'),
    texts: z.array(reviewTextSchema).describe('What is to be decided, masked.'),
    versions: z.array(
      z.object({
        version: z.int(),
        content_hash: z.string(),
        editor: z.string().nullable(),
        created_at: moment,
        texts: z.array(reviewTextSchema),
      }),
    ),
    people: z
      .object({ needed: z.int(), have: z.int() })
      .describe('How many different people have to stand behind it, and how many do.'),
    may_decide: z.boolean(),
    may_not_because: z.string().nullable(),
    votes: z
      .array(
        z.object({
          reviewer: z.string(),
          version: z.int(),
          verdict: z.string(),
          rationale: z.string(),
          seconds: z.number(),
          created_at: moment,
        }),
      )
      .describe('While it is pending, only your own: nobody should follow another.'),
    events: z.array(
      z.object({ at: moment, actor: z.string(), kind: z.string(), note: z.string().nullable() }),
    ),
    deliveries: z.array(
      z.object({
        id: z.string(),
        url: z.string(),
        state: z.string(),
        attempts: z.int(),
        status: z.int().nullable(),
        problem: z.string().nullable(),
        updated_at: moment,
      }),
    ),
    known_answer: z
      .object({ expected: z.string(), reason: z.string(), is_right: z.boolean() })
      .nullable()
      .describe('Told once you have decided on an item whose answer was known.'),
  })
  .meta({ id: 'ReviewDetail' })

export const knownAnswerSchema = z
  .object({
    id: z.string(),
    tenant: z.string(),
    service: z.string(),
    prompt: z.string(),
    answer: z.string(),
    expected: z.enum(['approve', 'edit', 'reject']),
    reason: z.string(),
    is_active: z.boolean(),
    given: z.int(),
    right: z.int(),
    created_at: moment,
  })
  .meta({ id: 'KnownAnswer' })

export const reviewerSchema = z
  .object({
    key_id: z.string(),
    name: z.string(),
    tenant: z.string().nullable(),
    training: z.string(),
    trained_until: z.iso.date(),
    is_trained: z.boolean(),
    note: z.string().nullable(),
    updated_at: moment,
  })
  .meta({ id: 'Reviewer' })

export type NameOf = (keyId: string) => string

export function toWireReview(review: Review, nameOf: NameOf, now: number): z.output<typeof reviewSchema> {
  const isClaimed = review.claimedBy !== undefined && (review.claimUntil?.getTime() ?? 0) > now
  return {
    id: review.id,
    tenant: review.tenant,
    service: review.service,
    inference_id: review.inferenceId,
    state: review.state,
    priority: review.priority,
    waits_for: review.side === 'input' ? 'request' : 'answer',
    policy: review.policy,
    policy_hash: review.policyHash,
    fired: review.fired.map(fired => ({ ...fired, types: [...fired.types] })),
    preview: review.preview,
    version: review.version,
    content_hash: review.contentHash,
    four_eyes: review.fourEyes,
    on_expire: review.onExpire,
    claimed_by: isClaimed && review.claimedBy !== undefined ? nameOf(review.claimedBy) : null,
    claim_until: isClaimed ? (review.claimUntil?.toISOString() ?? null) : null,
    created_at: review.createdAt.toISOString(),
    due_at: review.dueAt.toISOString(),
    expires_at: review.expiresAt.toISOString(),
    decided_at: review.decidedAt?.toISOString() ?? null,
    decided_by: review.decidedBy === undefined ? null : nameOf(review.decidedBy),
  }
}

export function toWireTexts(
  texts: readonly (Omit<ReviewVersion['view'][number], 'at'> & { readonly at?: readonly unknown[] })[],
): z.output<typeof reviewTextSchema>[] {
  return texts.map(({ role, kind, name, text, marks, at }) => ({
    role,
    kind,
    name: name ?? null,
    text,
    marks: marks.map(({ start, end, type, guard }) => ({ start, end, type, guard: guard ?? null })),
    is_editable: (at?.length ?? 0) > 0,
  }))
}

export function toWireVersion(version: ReviewVersion, nameOf: NameOf) {
  return {
    version: version.version,
    content_hash: version.contentHash,
    editor: version.editor === undefined ? null : nameOf(version.editor),
    created_at: version.createdAt.toISOString(),
    texts: toWireTexts(version.view),
  }
}

export function toWireVote(vote: ReviewVote, nameOf: NameOf) {
  return {
    reviewer: nameOf(vote.reviewer),
    version: vote.version,
    verdict: vote.verdict,
    rationale: vote.rationale,
    seconds: vote.seconds,
    created_at: vote.createdAt.toISOString(),
  }
}

export function toWireEvent(event: ReviewEvent, nameOf: NameOf) {
  return {
    at: event.at.toISOString(),
    actor: event.actor === 'system' ? 'system' : nameOf(event.actor),
    kind: event.kind,
    note: event.note ?? null,
  }
}

export function toWireDelivery(delivery: Delivery) {
  return {
    id: delivery.id,
    url: delivery.url,
    state: delivery.state,
    attempts: delivery.attempts,
    status: delivery.status ?? null,
    problem: delivery.problem ?? null,
    updated_at: delivery.updatedAt.toISOString(),
  }
}

export function toWireKnownAnswer(
  item: KnownAnswer,
  results: { readonly given: number; readonly right: number } = { given: 0, right: 0 },
): z.output<typeof knownAnswerSchema> {
  return {
    id: item.id,
    tenant: item.tenant,
    service: item.service,
    prompt: item.context.map(({ text }) => text).join('\n'),
    answer: item.answer,
    expected: item.expected,
    reason: item.reason,
    is_active: item.isActive,
    given: results.given,
    right: results.right,
    created_at: item.createdAt.toISOString(),
  }
}

export function toWireReviewer(reviewer: Reviewer, now: number): z.output<typeof reviewerSchema> {
  return {
    key_id: reviewer.keyId,
    name: reviewer.name,
    tenant: reviewer.tenant ?? null,
    training: reviewer.training,
    trained_until: reviewer.trainedUntil,
    is_trained: reviewer.trainedUntil >= new Date(now).toISOString().slice(0, 10),
    note: reviewer.note ?? null,
    updated_at: reviewer.updatedAt.toISOString(),
  }
}
