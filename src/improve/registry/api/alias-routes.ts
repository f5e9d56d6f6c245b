import { z } from 'zod'
import { type AnyRoute, defineRoute } from '../../../foundation/platform/index.ts'
import type { Principal } from '../../../govern/access/index.ts'
import { listAliasesAt, listEvents } from '../stores/event-store.ts'
import { listServingsAt } from '../stores/serving-store.ts'
import {
  aliasSchema,
  decisionSchema,
  eventSchema,
  evidenceSchema,
  requirementSchema,
  servingSchema,
  toWireAlias,
  toWireDecision,
  toWireEvent,
  toWireRequirement,
  toWireServing,
} from './registry-wire.ts'
import {
  callerOf,
  limitQuery,
  modelPath,
  onlyTenant,
  reason,
  type RegistryRoutesOptions,
  tag,
  tenantOf,
  tenantQuery,
  versionPath,
} from './routes-context.ts'

const alias = z.string().min(1).max(100)
const aliasPath = modelPath.extend({ alias })
const evidence = z.array(evidenceSchema).max(100).optional()
const moveBody = z.strictObject({
  version: z.int().min(1),
  expected: z
    .int()
    .min(1)
    .nullable()
    .optional()
    .describe(
      'The version that the alias has to be at now; null: it has to be new. Not looked at where left out.',
    ),
  reason,
  evidence,
})
const deleteQuery = onlyTenant.extend({ expected: z.coerce.number().int().min(1).optional(), reason })
const decideBody = z.strictObject({
  alias,
  decision: z.enum(['approved', 'rejected']),
  reason,
  evidence,
})
const judgeQuery = onlyTenant.extend({
  alias,
  evaluation: z.string().max(200).optional().describe('A run that is to be evidence.'),
})
const historyQuery = z.object({
  tenant: tenantQuery,
  version: z.coerce.number().int().min(1).optional(),
  alias: alias.optional(),
  cursor: z.uuid().optional().describe('`next_cursor` of the page before.'),
  limit: limitQuery,
})
const liveQuery = onlyTenant.extend({
  at: z.iso
    .datetime({ offset: true })
    .or(z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/))
    .optional()
    .describe('Now by default.'),
})
const liveAliasSchema = z
  .object({
    alias: z.string(),
    version: z.int(),
    since: z.iso.datetime(),
    event: eventSchema.describe('The move that put it there: who, why, and with which evidence.'),
  })
  .meta({ id: 'LiveModelAlias' })

/** The rows of aliases, decisions and history. */
export function aliasRoutes(options: RegistryRoutesOptions): AnyRoute<Principal>[] {
  const { registry, context, access } = options
  return [
    defineRoute<Principal, typeof aliasPath, typeof onlyTenant, typeof moveBody>({
      method: 'PUT',
      path: '/api/models/{name}/aliases/{alias}',
      operationId: 'moveModelAlias',
      summary: 'Moves an alias to a version, or makes it. A protected one moves when its rules are met.',
      tag,
      permission: 'model:write',
      tenant: 'any',
      input: { path: aliasPath, query: onlyTenant, body: moveBody },
      output: aliasSchema,
      handle: async ({ path, query, body }, request) =>
        toWireAlias(
          await registry.moveAlias({
            caller: callerOf(options, request, query.tenant),
            model: path.name,
            alias: path.alias,
            number: body.version,
            expected: body.expected,
            reason: body.reason,
            evidence: body.evidence,
          }),
        ),
    }),
    defineRoute<Principal, typeof aliasPath, typeof deleteQuery>({
      method: 'DELETE',
      path: '/api/models/{name}/aliases/{alias}',
      operationId: 'deleteModelAlias',
      summary: 'Deletes an alias; engines that follow it keep what they have.',
      tag,
      permission: 'model:approve',
      tenant: 'any',
      input: { path: aliasPath, query: deleteQuery },
      output: undefined,
      status: 204,
      handle: async ({ path, query }, request) =>
        await registry.deleteAlias(callerOf(options, request, query.tenant), path.name, path.alias, query),
    }),
    defineRoute<Principal, typeof versionPath, typeof judgeQuery>({
      method: 'GET',
      path: '/api/models/{name}/versions/{version}/requirements',
      operationId: 'judgeModelVersion',
      summary: 'What a protected alias asks of a version, and what of it is met.',
      tag,
      permission: 'model:read',
      tenant: 'any',
      input: { path: versionPath, query: judgeQuery },
      output: z.object({ data: z.array(requirementSchema) }),
      handle: async ({ path, query }, { principal }) => {
        const tenant = tenantOf(options, principal, query.tenant)
        const { number } = await registry.resolve(tenant, `${path.name}@${path.version}`)
        const given = query.evaluation === undefined ? [] : [{ kind: 'evaluation', id: query.evaluation }]
        const found = await registry.judge(tenant, path.name, number, query.alias, given)
        return { data: found.map(toWireRequirement) }
      },
    }),
    defineRoute<Principal, typeof versionPath, typeof onlyTenant, typeof decideBody>({
      method: 'POST',
      path: '/api/models/{name}/versions/{version}/decisions',
      operationId: 'decideModelVersion',
      summary: 'Approves or rejects a version for a protected alias.',
      tag,
      permission: 'model:approve',
      tenant: 'any',
      input: { path: versionPath, query: onlyTenant, body: decideBody },
      output: decisionSchema,
      status: 201,
      handle: async ({ path, query, body }, request) => {
        const caller = callerOf(options, request, query.tenant)
        const { number } = await registry.resolve(caller.tenant, `${path.name}@${path.version}`)
        return toWireDecision(await registry.decide({ ...body, caller, model: path.name, number }))
      },
    }),
    defineRoute<Principal, typeof modelPath, typeof historyQuery>({
      method: 'GET',
      path: '/api/models/{name}/history',
      operationId: 'listModelHistory',
      summary: 'What happened to a model, the newest first; also to one that was deleted.',
      tag,
      permission: 'model:read',
      tenant: 'any',
      input: { path: modelPath, query: historyQuery },
      output: z.object({ data: z.array(eventSchema), next_cursor: z.string().nullable() }),
      handle: async ({ path, query }, { principal }) => {
        const found = await listEvents(context.database, {
          tenant: tenantOf(options, principal, query.tenant),
          model: path.name,
          version: query.version,
          alias: query.alias,
          before: query.cursor,
          limit: query.limit + 1,
        })
        const shown = found.slice(0, query.limit)
        return {
          data: shown.map(toWireEvent),
          next_cursor: found.length > shown.length ? (shown.at(-1)?.id ?? null) : null,
        }
      },
    }),
    defineRoute<Principal, typeof modelPath, typeof liveQuery>({
      method: 'GET',
      path: '/api/models/{name}/live',
      operationId: 'readLiveModel',
      summary:
        'What was live at a moment: where each alias was, who had moved it and why, and which engine had what.',
      tag,
      permission: 'model:read',
      tenant: 'any',
      input: { path: modelPath, query: liveQuery },
      output: z.object({
        at: z.iso.datetime(),
        aliases: z.array(liveAliasSchema),
        servings: z.array(servingSchema),
      }),
      handle: async ({ path, query }, { principal }) => {
        const at = query.at === undefined ? new Date(context.now()) : new Date(query.at)
        const tenant = tenantOf({ access }, principal, query.tenant)
        const [aliases, servings] = await Promise.all([
          listAliasesAt(context.database, tenant, path.name, at),
          listServingsAt(context.database, tenant, path.name, at),
        ])
        return {
          at: at.toISOString(),
          aliases: aliases.map(event => ({
            alias: event.alias ?? '',
            version: event.version ?? 0,
            since: event.at.toISOString(),
            event: toWireEvent(event),
          })),
          servings: servings.map(serving => toWireServing(serving, serving.number)),
        }
      },
    }),
  ]
}
