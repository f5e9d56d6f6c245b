import { z } from 'zod'
import { type AnyRoute, type Database, defineRoute } from '../../foundation/platform/index.ts'
import { type Access, homeTenant, type Principal } from '../../govern/access/index.ts'
import { explanationSchema, toWireExplanation } from './explain/explain-wire.ts'
import type { ExplainedReview } from './explain/review-steps.ts'
import { findVisible } from './find-visible.ts'
import { scopeOf } from './scope.ts'
import type { Traces } from './traces.ts'
import { readTrace, readTraceOf } from './waterfall/read-trace.ts'
import { toWireTrace, traceSchema } from './waterfall/trace-wire.ts'

const idPath = z.object({ id: z.uuid() })
const tracePath = z.object({
  id: z
    .string()
    .regex(/^[0-9a-f]{32}$/i, 'A trace id has 32 hex digits.')
    .transform(id => id.toLowerCase()),
})
const traceQuery = z.object({
  tenant: z.string().min(1).max(200).optional().describe("Whose; the key's own by default, or `default`."),
})

/** The rows that say of an inference where its time went and why all of it came so. They hold no content. */
export function traceRoutes(dependencies: {
  readonly traces: Pick<Traces, 'find'>
  readonly database: Database
  readonly access: Pick<Access, 'visibleTenant'>
  /** What people were asked of an inference. */
  readonly reviewsOf?: ((inferenceId: string) => Promise<readonly ExplainedReview[]>) | undefined
}): AnyRoute<Principal>[] {
  const { database, access } = dependencies
  return [
    defineRoute<Principal, typeof idPath>({
      method: 'GET',
      path: '/api/inferences/{id}/trace',
      operationId: 'getInferenceTrace',
      summary:
        'The trace that an inference belongs to, as one tree of spans: its own parts and what applications sent.',
      tag: 'Inferences',
      permission: 'inference:read',
      tenant: 'any',
      input: { path: idPath },
      output: traceSchema,
      handle: async ({ path }, { principal }) => {
        const inference = await findVisible(dependencies, principal, path.id)
        const scope = scopeOf(principal, access, { tenant: inference.tenant })
        return toWireTrace({ ...(await readTraceOf(database, inference, scope)), inferenceId: inference.id })
      },
    }),
    defineRoute<Principal, typeof tracePath, typeof traceQuery>({
      method: 'GET',
      path: '/api/traces/{id}',
      operationId: 'getTrace',
      summary: 'A trace by its id, whether it has an inference in it or only spans of applications.',
      tag: 'Inferences',
      permission: 'inference:read',
      tenant: 'any',
      input: { path: tracePath, query: traceQuery },
      output: traceSchema,
      handle: async ({ path, query }, { principal }) => {
        const { tenant, services } = scopeOf(principal, access, query)
        const asked = { traceId: path.id, tenant: tenant ?? homeTenant(principal), services }
        return toWireTrace({ ...(await readTrace(database, asked)), inferenceId: undefined })
      },
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'GET',
      path: '/api/inferences/{id}/explain',
      operationId: 'explainInference',
      summary:
        'Every decision that was made of an inference, in its order, with its reason and its evidence.',
      tag: 'Inferences',
      permission: 'inference:read',
      tenant: 'any',
      input: { path: idPath },
      output: explanationSchema,
      handle: async ({ path }, { principal }) => {
        const inference = await findVisible(dependencies, principal, path.id)
        return toWireExplanation(inference, (await dependencies.reviewsOf?.(inference.id)) ?? [])
      },
    }),
  ]
}
