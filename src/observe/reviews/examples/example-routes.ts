import { z } from 'zod'
import { reviewPriorities } from '../../../foundation/config/index.ts'
import { type AnyRoute, defineRoute, Failure } from '../../../foundation/platform/index.ts'
import type { Access, Principal } from '../../../govern/access/index.ts'
import { type QueueCursor, readCursor, writeCursor } from '../queue-cursor.ts'
import { pseudonymOf, rankOf } from '../review.ts'
import type { ReviewCaller, ReviewsContext } from '../reviews-context.ts'
import { answerExample, releaseExample, takeExample, unknownExample } from './answer-example.ts'
import { examplePurposes, type ExampleReview, exampleStates } from './example-review.ts'
import { findExample, listExamples } from './example-store.ts'

const tag = 'Reviews'
const moment = z.iso.datetime()
const idPath = z.object({ id: z.uuid() })
const filter = {
  tenant: z.string().min(1).max(200).optional(),
  purpose: z.enum(examplePurposes).optional(),
  subject: z.string().min(1).max(200).optional().describe('Of what: the id of a report of suspects, say.'),
}
const listQuery = z.object({
  ...filter,
  state: z.enum(exampleStates).default('pending'),
  cursor: z.string().max(300).optional().describe('`next_cursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const nextBody = z.strictObject(filter)
const answerBody = z.strictObject({
  answer: z
    .string()
    .min(1)
    .max(100_000)
    .nullable()
    .describe('One of `choices`, or a text where there are none; null where it cannot be told.'),
  note: z.string().trim().max(4_000).nullish().describe('Why, in words.'),
})

const exampleSchema = z
  .object({
    id: z.string(),
    tenant: z.string(),
    purpose: z.enum(examplePurposes),
    subject: z.string(),
    item: z.string().describe('The key of the row.'),
    title: z.string().describe('What it belongs to.'),
    question: z.string(),
    shown: z.array(z.object({ name: z.string(), text: z.string() })).describe('The example, masked.'),
    choices: z.array(z.string()).nullable().describe('Null where the answer is a text.'),
    people: z.int().describe('How many have to answer.'),
    answered: z.int(),
    state: z.enum(exampleStates),
    priority: z.enum(reviewPriorities),
    answer: z
      .string()
      .nullable()
      .describe('What more than half said; null while it waits, and where they differ or cannot tell.'),
    claimed_by: z.string().nullable().describe('Who works on it now: `you`, or the name of a key.'),
    claim_until: moment.nullable(),
    created_at: moment,
    due_at: moment,
    decided_at: moment.nullable(),
  })
  .meta({ id: 'ExampleReview' })

/** The rows under `/api/reviews/examples`: questions to people about rows of data. */
export function exampleRoutes(dependencies: {
  readonly context: ReviewsContext
  readonly access: Pick<Access, 'visibleTenant' | 'principalOf'>
}): AnyRoute<Principal>[] {
  const { context, access } = dependencies
  const { database, now } = context
  const callerOf = (
    { principal, requestId }: { readonly principal: Principal; readonly requestId: string },
    tenant?: string,
  ): ReviewCaller => ({ principal, requestId, tenant: access.visibleTenant(principal, tenant) })

  function toWire(example: ExampleReview, principal: Principal): z.output<typeof exampleSchema> {
    const { claimedBy, claimUntil } = example
    const isTaken = claimedBy !== undefined && (claimUntil?.getTime() ?? 0) > now()
    const nameOf = (keyId: string): string =>
      keyId === principal.keyId ? 'you' : (access.principalOf(keyId)?.keyName ?? pseudonymOf(keyId))
    return {
      id: example.id,
      tenant: example.tenant,
      purpose: example.purpose,
      subject: example.subject,
      item: example.item,
      title: example.title,
      question: example.question,
      shown: example.shown.map(({ name, text }) => ({ name, text })),
      choices: example.choices ? [...example.choices] : null,
      people: example.people,
      answered: example.answeredBy.length,
      state: example.state,
      priority: example.priority,
      answer: example.answer ?? null,
      claimed_by: isTaken ? nameOf(claimedBy) : null,
      claim_until: isTaken ? (claimUntil?.toISOString() ?? null) : null,
      created_at: example.createdAt.toISOString(),
      due_at: example.dueAt.toISOString(),
      decided_at: example.decidedAt?.toISOString() ?? null,
    }
  }

  return [
    defineRoute<Principal, undefined, typeof listQuery>({
      method: 'GET',
      path: '/api/reviews/examples',
      operationId: 'listExampleReviews',
      summary:
        'Questions about rows of data: what waits, the most urgent first; else what ended, the newest first.',
      tag,
      permission: 'review:list',
      tenant: 'any',
      input: { query: listQuery },
      output: z.object({ data: z.array(exampleSchema), next_cursor: z.string().nullable() }),
      handle: async ({ query }, { principal }) => {
        const cursor = query.cursor === undefined ? undefined : readCursor(query.cursor)
        const found = await listExamples(
          database,
          {
            tenant: access.visibleTenant(principal, query.tenant),
            purpose: query.purpose,
            subject: query.subject,
            state: query.state,
          },
          {
            after: cursor && { rank: cursor.rank, at: new Date(cursor.at), id: cursor.id },
            limit: query.limit + 1,
          },
        )
        const page = found.slice(0, query.limit)
        const last = found.length > query.limit ? page.at(-1) : undefined
        const next: QueueCursor | undefined = last && {
          rank: rankOf(last.priority),
          at: (last.decidedAt ?? last.dueAt).toISOString(),
          id: last.id,
        }
        return {
          data: page.map(example => toWire(example, principal)),
          next_cursor: next ? writeCursor(next) : null,
        }
      },
    }),
    defineRoute<Principal, undefined, undefined, typeof nextBody>({
      method: 'POST',
      path: '/api/reviews/examples/next',
      operationId: 'claimNextExampleReview',
      summary: 'Take the most urgent question that you have not answered; nobody else gets it meanwhile.',
      tag,
      permission: 'review:decide',
      tenant: 'any',
      input: { body: nextBody },
      output: z.object({ review: exampleSchema.nullable() }),
      handle: async ({ body: { tenant, ...asked } }, request) => {
        const taken = await takeExample(context, asked, callerOf(request, tenant))
        return { review: taken ? toWire(taken, request.principal) : null }
      },
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'GET',
      path: '/api/reviews/examples/{id}',
      operationId: 'readExampleReview',
      summary: 'One question about a row of data.',
      tag,
      permission: 'review:list',
      tenant: 'any',
      input: { path: idPath },
      output: exampleSchema,
      handle: async ({ path }, { principal }) => {
        const example = await findExample(database, path.id, { tenant: access.visibleTenant(principal) })
        if (!example) throw unknownExample(path.id)
        return toWire(example, principal)
      },
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'POST',
      path: '/api/reviews/examples/{id}/claim',
      operationId: 'claimExampleReview',
      summary: 'Take a question, or keep it longer.',
      tag,
      permission: 'review:decide',
      tenant: 'any',
      input: { path: idPath },
      output: exampleSchema,
      handle: async ({ path }, request) => {
        const taken = await takeExample(context, { id: path.id }, callerOf(request))
        if (taken) return toWire(taken, request.principal)
        const example = await findExample(database, path.id, {
          tenant: access.visibleTenant(request.principal),
        })
        if (!example) throw unknownExample(path.id)
        throw new Failure('conflict', 'It is decided, answered by you, or another reviewer works on it.')
      },
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'POST',
      path: '/api/reviews/examples/{id}/let-go',
      operationId: 'letExampleReviewGo',
      summary: 'Give a question back to the others.',
      tag,
      permission: 'review:decide',
      tenant: 'any',
      input: { path: idPath },
      output: undefined,
      status: 204,
      handle: ({ path }, request) => releaseExample(context, path.id, callerOf(request)),
    }),
    defineRoute<Principal, typeof idPath, undefined, typeof answerBody>({
      method: 'POST',
      path: '/api/reviews/examples/{id}/answer',
      operationId: 'answerExampleReview',
      summary:
        'Answer a question about a row of data. Nothing changes in the dataset until its owner applies the decisions.',
      tag,
      permission: 'review:decide',
      tenant: 'any',
      input: { path: idPath, body: answerBody },
      output: exampleSchema,
      handle: async ({ path, body }, request) =>
        toWire(
          await answerExample(
            context,
            { id: path.id, answer: body.answer ?? undefined, note: body.note ?? undefined },
            callerOf(request),
          ),
          request.principal,
        ),
    }),
  ]
}
