import { z } from 'zod'
import { defineRoute } from '../../foundation/platform/index.ts'
import type { AnyRoute, Database } from '../../foundation/platform/index.ts'
import { actorOf } from '../../govern/access/index.ts'
import type { Access, Principal } from '../../govern/access/index.ts'
import type { Audit } from '../../govern/audit/index.ts'
import { conversationRoutes } from './conversations/conversation-routes.ts'
import { dayMs } from './day.ts'
import { feedbackInput } from './feedback.ts'
import type { Feedback, MaskFeedback } from './feedback.ts'
import { listFeedback } from './feedback-store.ts'
import { giveFeedback, type OnFeedback } from './give-feedback.ts'
import { findVisible } from './find-visible.ts'
import { findContent, listInferences } from './inference-store.ts'
import { feedbackSchema, inferenceDetailSchema, inferenceListSchema, toWire } from './inference-wire.ts'
import type { WireFeedback } from './inference-wire.ts'
import { overviewSchema, readOverview } from './overview.ts'
import { scopeOf } from './scope.ts'
import { traceRoutes } from './trace-routes.ts'
import type { Traces } from './traces.ts'

const name = z.string().min(1).max(200)
const time = z.iso
  .datetime({ offset: true })
  .transform(text => Date.parse(text))
  .describe('A time in ISO 8601 with a zone, e.g. `2026-03-01T12:00:00Z`.')
const outcome = z.enum(['ok', 'error', 'aborted'])

const listQuery = z.object({
  tenant: name.optional(),
  service: name.optional(),
  release: name.optional(),
  rollout: name.optional().describe('The id of a rollout that was under way.'),
  arm: name
    .optional()
    .describe('The side of the rollout: `baseline`, `candidate`, or the name of one of several.'),
  shadow: z
    .enum(['no', 'only', 'all'])
    .default('no')
    .describe('Whether copies that rollouts make of clients’ requests are among them.'),
  outcome: outcome.optional(),
  status: z.coerce.number().int().min(100).max(599).optional().describe('The HTTP status the client saw.'),
  verdict: z
    .enum([
      'any',
      'block',
      'mask',
      'replace',
      'retry',
      'fallback',
      'escalate',
      'flag',
      'error',
      'timeout',
      'shadow',
    ])
    .optional()
    .describe('What a check of a policy said, the gravest of them; `shadow` where nothing followed from it.'),
  key_id: name.optional(),
  conversation_id: name.optional().describe('The whole conversation that inferences belong to.'),
  since: time.optional(),
  until: time.optional(),
  min_latency_ms: z.coerce.number().min(0).optional(),
  q: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .describe('A whole id (inference, request or trace), or a part of what a failure said.'),
  cursor: z.uuid().optional().describe('`next_cursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const liveQuery = z.object({
  tenant: name.optional(),
  service: name.optional(),
  outcome: outcome.optional(),
})
const overviewQuery = z.object({
  since: time.optional().describe('24 hours before `until` by default.'),
  until: time.optional().describe('Now by default.'),
  tenant: name.optional(),
  service: name.optional(),
})
const idPath = z.object({ id: z.uuid() })

/** The rows under `/api/inferences` and `/api/overview`. A key of a tenant reaches that tenant's inferences only. */
export function tracesRoutes(dependencies: {
  readonly traces: Pick<Traces, 'find' | 'live'>
  readonly database: Database
  readonly audit: Pick<Audit, 'record'>
  readonly access: Pick<Access, 'visibleTenant'>
  readonly maskFeedback: MaskFeedback
  readonly onFeedback?: OnFeedback
  readonly scoresOf?: Parameters<typeof conversationRoutes>[0]['scoresOf']
  readonly reviewsOf?: Parameters<typeof traceRoutes>[0]['reviewsOf']
  readonly now?: () => number
}): AnyRoute<Principal>[] {
  const { traces, database, audit, access, maskFeedback, now = Date.now } = dependencies

  return [
    defineRoute<Principal, undefined, typeof listQuery>({
      method: 'GET',
      path: '/api/inferences',
      operationId: 'listInferences',
      summary: 'Inferences, newest first.',
      tag: 'Inferences',
      permission: 'inference:list',
      tenant: 'any',
      input: { query: listQuery },
      output: inferenceListSchema,
      handle: async ({ query }, { principal }) => {
        const found = await listInferences(
          database,
          {
            ...scopeOf(principal, access, query),
            release: query.release,
            rollout: query.rollout,
            arm: query.arm,
            shadow: query.shadow,
            outcome: query.outcome,
            status: query.status,
            verdict: query.verdict,
            keyId: query.key_id,
            conversationId: query.conversation_id,
            sinceMs: query.since,
            untilMs: query.until,
            minLatencyMs: query.min_latency_ms,
            search: query.q,
          },
          query.limit + 1,
          query.cursor,
        )
        const page = found.slice(0, query.limit)
        const nextCursor = found.length > query.limit ? page.at(-1)?.id : undefined
        return { data: page.map(toWire), next_cursor: nextCursor ?? null }
      },
    }),
    defineRoute<Principal, undefined, typeof liveQuery>({
      method: 'GET',
      path: '/api/inferences/live',
      operationId: 'watchInferences',
      summary:
        'Inferences as they are stored: an event stream of `inference`, and `skipped` for a slow client.',
      tag: 'Inferences',
      permission: 'inference:list',
      tenant: 'any',
      input: { query: liveQuery },
      output: 'stream',
      handle: ({ query }, { principal }) =>
        traces.live.open({ ...scopeOf(principal, access, query), outcome: query.outcome }),
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'GET',
      path: '/api/inferences/{id}',
      operationId: 'getInference',
      summary: 'One inference with its feedback and, where the service keeps it, its content.',
      tag: 'Inferences',
      permission: 'inference:read',
      tenant: 'any',
      isAuditedRead: true,
      input: { path: idPath },
      output: inferenceDetailSchema,
      handle: async ({ path }, { principal }) => {
        const inference = await findVisible(dependencies, principal, path.id)
        const [content, feedback] = await Promise.all([
          findContent(database, inference.id),
          listFeedback(database, inference.id),
        ])
        return { ...toWire(inference), feedback: feedback.map(toWireFeedback), content: content ?? null }
      },
    }),
    defineRoute<Principal, typeof idPath, undefined, typeof feedbackInput>({
      method: 'POST',
      path: '/api/inferences/{id}/feedback',
      operationId: 'giveFeedback',
      summary: 'Says how good an inference was, or what it should have said.',
      tag: 'Inferences',
      permission: 'feedback:create',
      tenant: 'any',
      input: { path: idPath, body: feedbackInput },
      output: feedbackSchema,
      status: 201,
      handle: async ({ path, body }, { principal, requestId }) => {
        const inference = await findVisible(dependencies, principal, path.id)
        const feedback = await giveFeedback({
          database,
          audit,
          inference,
          input: body,
          mask: maskFeedback,
          onFeedback: dependencies.onFeedback,
          actor: actorOf(principal),
          requestId,
          nowMs: now(),
        })
        return toWireFeedback(feedback)
      },
    }),
    ...traceRoutes({ traces, database, access, reviewsOf: dependencies.reviewsOf }),
    ...conversationRoutes({ database, access, scoresOf: dependencies.scoresOf }),
    defineRoute<Principal, undefined, typeof overviewQuery>({
      method: 'GET',
      path: '/api/overview',
      operationId: 'getOverview',
      summary: 'Requests, errors, latency, tokens and cost of a period beside the one before.',
      tag: 'Overview',
      permission: 'overview:read',
      tenant: 'any',
      input: { query: overviewQuery },
      output: overviewSchema,
      handle: async ({ query }, { principal }) => {
        const untilMs = query.until ?? now()
        const sinceMs = query.since ?? untilMs - dayMs
        const scope = scopeOf(principal, access, query)
        return await readOverview(database, { sinceMs, untilMs, ...scope }, now())
      },
    }),
  ]
}

function toWireFeedback(feedback: Feedback): WireFeedback {
  return {
    id: feedback.id,
    inference_id: feedback.inferenceId,
    score: feedback.score ?? null,
    label: feedback.label ?? null,
    comment: feedback.comment ?? null,
    corrected_output: feedback.correctedOutput ?? null,
    created_at: feedback.createdAt.toISOString(),
    created_by: feedback.createdBy,
  }
}
