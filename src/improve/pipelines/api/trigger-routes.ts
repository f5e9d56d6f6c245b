import { z } from 'zod'
import { type AnyRoute, type Database, defineRoute, Failure } from '../../../foundation/platform/index.ts'
import { type Access, tenantOf, type Principal } from '../../../govern/access/index.ts'
import { describedEvents } from '../declaration/check-triggers.ts'
import { parsePipeline } from '../declaration/read-pipeline.ts'
import { triggersOf } from '../declaration/trigger.ts'
import { findPipeline } from '../definitions/pipeline-store.ts'
import { type PipelineParts, secretsOf } from '../ports.ts'
import { callTrigger } from '../triggers/call-trigger.ts'
import { decisionOutcomes, findLastDecision, listDecisions } from '../triggers/decision-store.ts'
import type { TriggerDesk } from '../triggers/trigger-desk.ts'
import { listTriggers } from '../triggers/trigger-store.ts'
import { decisionSchema, eventSchema, toWireDecision, toWireTrigger, triggerSchema } from './trigger-wire.ts'

const tag = 'Pipelines'
const name = z.string().min(1).max(200)
const tenant = name.optional().describe('For keys of the installation; a tenant’s own key needs none.')
const namePath = z.object({ name })
const triggerPath = z.object({ name, trigger: name })
const tenantQuery = z.object({ tenant })
const decisionsQuery = z.object({
  tenant,
  trigger: name.optional(),
  outcome: z.enum(decisionOutcomes).optional(),
  run: z.uuid().optional().describe('Only what led to this run.'),
  cursor: z.uuid().optional().describe('`next_cursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const callBody = z.strictObject({
  tenant,
  facts: z
    .record(z.string().max(60), z.union([z.string().max(10_000), z.number(), z.boolean()]))
    .default({})
    .describe('What the trigger declares under `api`, all of it.'),
  key: name
    .optional()
    .describe('The same call is decided once, however often it is made; later ones get that decision.'),
})

/** What begins runs of pipelines by itself, what was decided, and calls. */
export function triggerRoutes(
  options: Pick<PipelineParts, 'kinds' | 'settings' | 'metrics'> & {
    readonly database: Database
    readonly access: Pick<Access, 'visibleTenant'>
    readonly desk: TriggerDesk
    readonly wake: () => void
  },
): AnyRoute<Principal>[] {
  const { database, desk, metrics } = options

  async function triggersOr404(home: string, pipeline: string) {
    const stored = await findPipeline(database, home, pipeline)
    if (!stored) throw new Failure('not_found', `There is no pipeline \`${pipeline}\` that this key may see.`)
    return triggersOf(
      parsePipeline(stored.text, `${stored.name}.yaml`, {
        kinds: options.kinds,
        secrets: secretsOf(options.settings(), home),
        asksKinds: false,
      }),
    )
  }

  return [
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/pipeline-events',
      operationId: 'listPipelineEvents',
      summary: 'The events that triggers of pipelines may listen for, with what each tells.',
      tag,
      permission: 'pipeline:read',
      tenant: 'any',
      output: z.object({ data: z.array(eventSchema) }),
      handle: () => ({ data: describedEvents.map(event => ({ ...event, facts: { ...event.facts } })) }),
    }),
    defineRoute<Principal, typeof namePath, typeof tenantQuery>({
      method: 'GET',
      path: '/api/pipelines/{name}/triggers',
      operationId: 'listPipelineTriggers',
      summary: 'What begins runs of a pipeline by itself, what it holds, and what it decided last.',
      tag,
      permission: 'pipeline:read',
      tenant: 'any',
      input: { path: namePath, query: tenantQuery },
      output: z.object({ data: z.array(triggerSchema) }),
      handle: async ({ path, query }, { principal }) => {
        const home = tenantOf(options, principal, query.tenant)
        const triggers = await triggersOr404(home, path.name)
        const states = await listTriggers(database, home, path.name)
        return {
          data: await Promise.all(
            triggers.map(async trigger => {
              const key = { tenant: home, pipeline: path.name, trigger: trigger.name }
              return toWireTrigger(
                trigger,
                states.find(state => state.name === trigger.name),
                await findLastDecision(database, key),
              )
            }),
          ),
        }
      },
    }),
    defineRoute<Principal, typeof namePath, typeof decisionsQuery>({
      method: 'GET',
      path: '/api/pipelines/{name}/trigger-decisions',
      operationId: 'listTriggerDecisions',
      summary: 'What triggers of a pipeline decided of what they were told, and why; the newest first.',
      tag,
      permission: 'pipeline:read',
      tenant: 'any',
      input: { path: namePath, query: decisionsQuery },
      output: z.object({ data: z.array(decisionSchema), next_cursor: z.uuid().nullable() }),
      handle: async ({ path, query }, { principal }) => {
        const { limit, trigger, outcome, run, cursor } = query
        const home = tenantOf(options, principal, query.tenant)
        const found = await listDecisions(database, {
          tenant: home,
          pipeline: path.name,
          trigger,
          outcome,
          runId: run,
          beforeId: cursor,
          limit: limit + 1,
        })
        const page = found.slice(0, limit)
        return {
          data: page.map(toWireDecision),
          next_cursor: found.length > limit ? (page.at(-1)?.id ?? null) : null,
        }
      },
    }),
    defineRoute<Principal, typeof triggerPath, undefined, typeof callBody>({
      method: 'POST',
      path: '/api/pipelines/{name}/triggers/{trigger}',
      operationId: 'callPipelineTrigger',
      summary: 'Calls a trigger that is declared with `api`; says what it decided.',
      tag,
      permission: 'pipeline:run',
      tenant: 'any',
      input: { path: triggerPath, body: callBody },
      output: decisionSchema,
      handle: async ({ path, body }, { principal }) => {
        const home = tenantOf(options, principal, body.tenant)
        const triggers = await triggersOr404(home, path.name)
        const trigger = triggers.find(one => one.name === path.trigger)
        if (!trigger)
          throw new Failure(
            'not_found',
            `The pipeline \`${path.name}\` has no trigger \`${path.trigger}\`. See \`slipway pipeline triggers ${path.name}\`.`,
          )
        const { decision, isNew } = await callTrigger(
          { database, desk },
          {
            tenant: home,
            pipeline: path.name,
            trigger,
            facts: body.facts,
            key: body.key,
          },
        )
        if (isNew) metrics.decided(decision.outcome, decision.reason)
        if (isNew && decision.outcome === 'began') options.wake()
        return toWireDecision(decision)
      },
    }),
  ]
}
