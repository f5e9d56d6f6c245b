import { z } from 'zod'
import { reviewPriorities } from '../../foundation/config/index.ts'
import { type AnyRoute, createId, defineRoute, Failure } from '../../foundation/platform/index.ts'
import { type Access, actorOf, type Principal } from '../../govern/access/index.ts'
import { letReviewGo, takeNextReview, takeReview } from './claim-review.ts'
import { decideReview } from './decide-review.ts'
import { editReview } from './edit-review.ts'
import { exampleRoutes } from './examples/example-routes.ts'
import { exportReviews } from './export-reviews.ts'
import {
  insertKnownAnswer,
  type KnownAnswer,
  listKnownAnswers,
  retireKnownAnswer,
} from './known-answer-store.ts'
import { type QueueCursor, readCursor, writeCursor } from './queue-cursor.ts'
import { readReview } from './read-review.ts'
import { pseudonymOf, rankOf } from './review.ts'
import { readReviewStats, reviewStatsSchema } from './review-stats.ts'
import { listDecided, listPending } from './review-store.ts'
import {
  knownAnswerSchema,
  reviewDetailSchema,
  reviewerSchema,
  reviewSchema,
  reviewTextSchema,
  toWireKnownAnswer,
  toWireReview,
  toWireReviewer,
  toWireTexts,
} from './review-wire.ts'
import { listReviewers, saveReviewer } from './reviewer-store.ts'
import type { Reviews } from './reviews.ts'
import type { ReviewCaller } from './reviews-context.ts'
import { unmaskReview } from './unmask-review.ts'

const tag = 'Reviews'
const idPath = z.object({ id: z.uuid() })
const name = z.string().min(1).max(200)
const filter = {
  tenant: name.optional(),
  service: name.optional(),
  priority: z.enum(reviewPriorities).optional(),
  waits_for: z.enum(['request', 'answer']).optional(),
}
const listQuery = z.object({
  ...filter,
  state: z
    .enum(['pending', 'approved', 'edited', 'rejected', 'expired', 'decided'])
    .default('pending')
    .describe('`pending`, most urgent first; else what was decided, newest first.'),
  mine: z.stringbool().default(false).describe('Only what you work on.'),
  cursor: z.string().max(300).optional().describe('`next_cursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const rationale = z.string().trim().min(3).max(4_000).describe('Why, in words: it is kept with the decision.')
const contentHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('The `content_hash` of what you have read.')
const decisionBody = z.strictObject({
  verdict: z.enum(['approve', 'reject']),
  content_hash: contentHash,
  rationale,
})
const editBody = z.strictObject({
  content_hash: contentHash,
  texts: z
    .array(z.strictObject({ index: z.int().min(0).max(1_000), text: z.string().max(1_000_000) }))
    .min(1)
    .max(100)
    .describe(
      'New texts by their index in `texts`. Placeholders like ⟦EMAIL_ADDRESS 1⟧ keep standing for what they stood for.',
    ),
  rationale,
})
const nextBody = z.strictObject(filter)
const unmaskBody = z.strictObject({ reason: rationale })
const daysQuery = z.object({
  tenant: name.optional(),
  days: z.coerce.number().int().min(1).max(365).default(7),
})
const exportQuery = z.object({
  tenant: name.optional(),
  service: name.optional(),
  since: z.iso.datetime({ offset: true }).optional().describe('All where it is left out.'),
})
const knownBody = z.strictObject({
  tenant: name.optional(),
  service: name,
  prompt: z.string().min(1).max(100_000),
  answer: z.string().min(1).max(100_000),
  expected: z.enum(['approve', 'edit', 'reject']),
  reason: rationale,
})
const reviewerBody = z.strictObject({
  training: z.string().trim().min(3).max(1_000).describe('What was taught, and by whom.'),
  trained_until: z.iso.date().describe('The last day on which it holds.'),
  note: z.string().max(1_000).nullish(),
})

/** The rows under `/api/reviews`. A key of a tenant reaches the reviews of that tenant only. */
export function reviewsRoutes(dependencies: {
  readonly reviews: Pick<Reviews, 'context' | 'news'>
  readonly access: Pick<Access, 'visibleTenant' | 'principalOf' | 'tenantOfKey'>
}): AnyRoute<Principal>[] {
  const { reviews, access } = dependencies
  const { context } = reviews
  const { database, audit, now } = context

  const callerOf = (
    { principal, requestId }: { readonly principal: Principal; readonly requestId: string },
    tenant?: string,
  ): ReviewCaller => ({ principal, requestId, tenant: access.visibleTenant(principal, tenant) })
  const nameFor =
    (principal: Principal) =>
    (keyId: string): string =>
      keyId === principal.keyId ? 'you' : (access.principalOf(keyId)?.keyName ?? pseudonymOf(keyId))
  const detailOf = (id: string, caller: ReviewCaller) =>
    readReview(context, id, caller, nameFor(caller.principal))

  return [
    // before `/api/reviews/{id}`, which would take their paths
    ...exampleRoutes({ context, access }),
    defineRoute<Principal, undefined, typeof listQuery>({
      method: 'GET',
      path: '/api/reviews',
      operationId: 'listReviews',
      summary: 'What waits for people, most urgent first; or what was decided, newest first.',
      tag,
      permission: 'review:list',
      tenant: 'any',
      input: { query: listQuery },
      output: z.object({ data: z.array(reviewSchema), next_cursor: z.string().nullable() }),
      handle: async ({ query }, { principal }) => {
        const tenant = access.visibleTenant(principal, query.tenant)
        const cursor = query.cursor === undefined ? undefined : readCursor(query.cursor)
        const limit = query.limit + 1
        const { service, state } = query
        const found =
          state === 'pending'
            ? await listPending(
                database,
                {
                  tenant,
                  service,
                  priority: query.priority,
                  side: sideOf(query.waits_for),
                  reviewer: principal.keyId,
                  isMine: query.mine,
                },
                {
                  after: cursor && { rank: cursor.rank, dueAt: new Date(cursor.at), id: cursor.id },
                  limit,
                },
              )
            : await listDecided(
                database,
                { tenant, service, state: state === 'decided' ? undefined : state },
                { after: cursor && { decidedAt: new Date(cursor.at), id: cursor.id }, limit },
              )
        const page = found.slice(0, query.limit)
        const last = found.length > query.limit ? page.at(-1) : undefined
        const next: QueueCursor | undefined = last && {
          rank: rankOf(last.priority),
          at: (last.decidedAt ?? last.dueAt).toISOString(),
          id: last.id,
        }
        return {
          data: page.map(review => toWireReview(review, nameFor(principal), now())),
          next_cursor: next ? writeCursor(next) : null,
        }
      },
    }),
    defineRoute<Principal, undefined, z.ZodObject<{ tenant: typeof filter.tenant }>>({
      method: 'GET',
      path: '/api/reviews/live',
      operationId: 'watchReviews',
      summary: 'What happens to reviews, as it happens: an event stream of `review`.',
      tag,
      permission: 'review:list',
      tenant: 'any',
      input: { query: z.object({ tenant: filter.tenant }) },
      output: 'stream',
      handle: ({ query }, { principal }) => reviews.news.open(access.visibleTenant(principal, query.tenant)),
    }),
    defineRoute<Principal, undefined, typeof daysQuery>({
      method: 'GET',
      path: '/api/reviews/stats',
      operationId: 'readReviewStats',
      summary: 'How long decisions take, how far reviewers agree, and what each has done.',
      tag,
      permission: 'review:list',
      tenant: 'any',
      input: { query: daysQuery },
      output: reviewStatsSchema,
      handle: ({ query }, { principal }) =>
        readReviewStats(
          context,
          { tenant: access.visibleTenant(principal, query.tenant), days: query.days },
          nameFor(principal),
        ),
    }),
    defineRoute<Principal, undefined, typeof exportQuery>({
      method: 'GET',
      path: '/api/reviews/export',
      operationId: 'exportReviews',
      summary:
        'What people decided, a line of JSON each, oldest first: masked, with pseudonyms for the reviewers. For data sets.',
      tag,
      permission: 'review:export',
      tenant: 'any',
      isAuditedRead: true,
      input: { query: exportQuery },
      output: 'stream',
      handle: ({ query }, { principal }) =>
        new Response(
          exportReviews(database, {
            tenant: access.visibleTenant(principal, query.tenant),
            service: query.service,
            since: new Date(query.since ?? 0),
          }),
          { headers: { 'content-type': 'application/jsonl; charset=utf-8', 'cache-control': 'no-store' } },
        ),
    }),
    defineRoute<Principal, undefined, z.ZodObject<{ tenant: typeof filter.tenant }>>({
      method: 'GET',
      path: '/api/reviews/known-answers',
      operationId: 'listKnownAnswers',
      summary: 'Items whose right answer is known, and how often reviewers gave it.',
      tag,
      permission: 'review:manage',
      tenant: 'any',
      input: { query: z.object({ tenant: filter.tenant }) },
      output: z.object({ data: z.array(knownAnswerSchema) }),
      handle: async ({ query }, { principal }) => {
        const items = await listKnownAnswers(database, access.visibleTenant(principal, query.tenant))
        return { data: items.map(item => toWireKnownAnswer(item, item)) }
      },
    }),
    defineRoute<Principal, undefined, undefined, typeof knownBody>({
      method: 'POST',
      path: '/api/reviews/known-answers',
      operationId: 'createKnownAnswer',
      summary:
        'Add an item whose right answer is known. It is mixed in among the real ones, and no client ever gets it.',
      tag,
      permission: 'review:manage',
      tenant: 'any',
      input: { body: knownBody },
      output: knownAnswerSchema,
      status: 201,
      handle: async ({ body }, { principal, requestId }) => {
        const tenant = access.visibleTenant(principal, body.tenant) ?? 'default'
        const item: KnownAnswer = {
          id: createId(),
          tenant,
          service: body.service,
          context: [{ role: 'user', kind: 'text', text: body.prompt, marks: [] }],
          answer: body.answer,
          expected: body.expected,
          reason: body.reason,
          isActive: true,
          createdAt: new Date(now()),
          createdBy: principal.keyId,
        }
        await database.transaction(async transaction => {
          await insertKnownAnswer(transaction, item)
          await audit.record(
            {
              actor: actorOf(principal),
              action: 'review:manage',
              subject: `known-answer:${item.id}`,
              tenant,
              requestId,
              after: { service: item.service, expected: item.expected },
            },
            transaction,
          )
        })
        return toWireKnownAnswer(item)
      },
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'DELETE',
      path: '/api/reviews/known-answers/{id}',
      operationId: 'retireKnownAnswer',
      summary: 'Give an item with a known answer to nobody any more. Its results stay.',
      tag,
      permission: 'review:manage',
      tenant: 'any',
      input: { path: idPath },
      output: undefined,
      status: 204,
      handle: async ({ path }, { principal, requestId }) => {
        const tenant = access.visibleTenant(principal)
        await database.transaction(async transaction => {
          const item = await retireKnownAnswer(transaction, path.id, tenant)
          if (!item) throw new Failure('not_found', `There is no item with a known answer ${path.id}.`)
          await audit.record(
            {
              actor: actorOf(principal),
              action: 'review:manage',
              subject: `known-answer:${path.id}`,
              tenant: item.tenant,
              requestId,
              before: { service: item.service, expected: item.expected },
            },
            transaction,
          )
        })
      },
    }),
    defineRoute<Principal, undefined, z.ZodObject<{ tenant: typeof filter.tenant }>>({
      method: 'GET',
      path: '/api/reviews/reviewers',
      operationId: 'listReviewers',
      summary: 'Who was trained to decide, and until when that holds.',
      tag,
      permission: 'review:manage',
      tenant: 'any',
      isAuditedRead: true,
      input: { query: z.object({ tenant: filter.tenant }) },
      output: z.object({ data: z.array(reviewerSchema) }),
      handle: async ({ query }, { principal }) => {
        const found = await listReviewers(database, access.visibleTenant(principal, query.tenant))
        return { data: found.map(reviewer => toWireReviewer(reviewer, now())) }
      },
    }),
    defineRoute<Principal, typeof idPath, undefined, typeof reviewerBody>({
      method: 'PUT',
      path: '/api/reviews/reviewers/{id}',
      operationId: 'recordTraining',
      summary: 'Record what the holder of a key was taught for reviews, and until when it holds.',
      tag,
      permission: 'review:manage',
      tenant: 'any',
      input: { path: idPath, body: reviewerBody },
      output: reviewerSchema,
      handle: async ({ path, body }, { principal, requestId }) => {
        const holder = access.principalOf(path.id)
        const mine = access.visibleTenant(principal)
        if (!holder || (mine !== undefined && holder.tenant !== mine))
          throw new Failure('not_found', `There is no key ${path.id}.`)
        const reviewer = {
          keyId: path.id,
          name: holder.keyName,
          tenant: holder.tenant,
          training: body.training,
          trainedUntil: body.trained_until,
          note: body.note ?? undefined,
          updatedAt: new Date(now()),
          updatedBy: principal.keyId,
        }
        await database.transaction(async transaction => {
          await saveReviewer(transaction, reviewer)
          await audit.record(
            {
              actor: actorOf(principal),
              action: 'review:manage',
              subject: `reviewer:${path.id}`,
              tenant: holder.tenant,
              requestId,
              after: { training: body.training, trainedUntil: body.trained_until },
            },
            transaction,
          )
        })
        return toWireReviewer(reviewer, now())
      },
    }),
    defineRoute<Principal, undefined, undefined, typeof nextBody>({
      method: 'POST',
      path: '/api/reviews/next',
      operationId: 'claimNextReview',
      summary: 'Take the most urgent item that you may decide on; nobody else gets it meanwhile.',
      tag,
      permission: 'review:decide',
      tenant: 'any',
      input: { body: nextBody },
      output: z.object({ review: reviewDetailSchema.nullable() }),
      handle: async ({ body }, request) => {
        const caller = callerOf(request, body.tenant)
        const { service, priority, waits_for } = body
        const taken = await takeNextReview(context, { service, priority, side: sideOf(waits_for) }, caller)
        return { review: taken ? await detailOf(taken.id, caller) : null }
      },
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'GET',
      path: '/api/reviews/{id}',
      operationId: 'readReview',
      summary: 'One item with all that it is decided with, masked.',
      tag,
      permission: 'review:list',
      tenant: 'any',
      input: { path: idPath },
      output: reviewDetailSchema,
      handle: ({ path }, request) => detailOf(path.id, callerOf(request)),
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'POST',
      path: '/api/reviews/{id}/claim',
      operationId: 'claimReview',
      summary: 'Take an item, or keep it longer, so that nobody else works on it meanwhile.',
      tag,
      permission: 'review:decide',
      tenant: 'any',
      input: { path: idPath },
      output: reviewDetailSchema,
      handle: async ({ path }, request) => {
        const caller = callerOf(request)
        await takeReview(context, path.id, caller)
        return await detailOf(path.id, caller)
      },
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'POST',
      path: '/api/reviews/{id}/let-go',
      operationId: 'letReviewGo',
      summary: 'Give an item back to the others.',
      tag,
      permission: 'review:decide',
      tenant: 'any',
      input: { path: idPath },
      output: undefined,
      status: 204,
      handle: ({ path }, request) => letReviewGo(context, path.id, callerOf(request)),
    }),
    defineRoute<Principal, typeof idPath, undefined, typeof decisionBody>({
      method: 'POST',
      path: '/api/reviews/{id}/decision',
      operationId: 'decideReview',
      summary:
        'Approve or reject. An approval is of the content that its hash names; whoever sent the inference or wrote the edit cannot give it.',
      tag,
      permission: 'review:decide',
      tenant: 'any',
      input: { path: idPath, body: decisionBody },
      output: reviewDetailSchema,
      handle: async ({ path, body }, request) => {
        const caller = callerOf(request)
        const { verdict, content_hash, rationale: why } = body
        await decideReview(
          context,
          { id: path.id, verdict, contentHash: content_hash, rationale: why },
          caller,
        )
        return await detailOf(path.id, caller)
      },
    }),
    defineRoute<Principal, typeof idPath, undefined, typeof editBody>({
      method: 'POST',
      path: '/api/reviews/{id}/edit',
      operationId: 'editReview',
      summary: 'Write another version. Somebody else has to approve it; the one before is kept.',
      tag,
      permission: 'review:decide',
      tenant: 'any',
      input: { path: idPath, body: editBody },
      output: reviewDetailSchema,
      handle: async ({ path, body }, request) => {
        const caller = callerOf(request)
        const { content_hash, texts, rationale: why } = body
        await editReview(context, { id: path.id, contentHash: content_hash, texts, rationale: why }, caller)
        return await detailOf(path.id, caller)
      },
    }),
    defineRoute<Principal, typeof idPath, undefined, typeof unmaskBody>({
      method: 'POST',
      path: '/api/reviews/{id}/unmask',
      operationId: 'unmaskReview',
      summary: 'See an item as it is. Who looked and why is written into the audit log.',
      tag,
      permission: 'review:unmask',
      tenant: 'any',
      input: { path: idPath, body: unmaskBody },
      output: z.object({ context: z.array(reviewTextSchema), texts: z.array(reviewTextSchema) }),
      handle: async ({ path, body }, request) => {
        const shown = await unmaskReview(context, { id: path.id, reason: body.reason }, callerOf(request))
        return { context: toWireTexts(shown.context), texts: toWireTexts(shown.texts) }
      },
    }),
  ]
}

function sideOf(waitsFor: 'request' | 'answer' | undefined): 'input' | 'output' | undefined {
  if (waitsFor === undefined) return undefined
  return waitsFor === 'request' ? 'input' : 'output'
}
