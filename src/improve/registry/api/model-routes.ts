import { z } from 'zod'
import { type AnyRoute, defineRoute, Failure } from '../../../foundation/platform/index.ts'
import type { Principal } from '../../../govern/access/index.ts'
import { modelName } from '../definition.ts'
import type { Model } from '../model.ts'
import { listAliases } from '../stores/alias-store.ts'
import { listModels } from '../stores/model-store.ts'
import { listNewestVersions } from '../stores/version-store.ts'
import { modelSchema, toWireModel } from './registry-wire.ts'
import {
  callerOf,
  limitQuery,
  modelPath,
  onlyTenant,
  reason,
  type RegistryRoutesOptions,
  tag,
  tenantOf,
} from './routes-context.ts'

const listQuery = z.object({
  tenant: z.string().min(1).max(200).optional().describe('All that the key sees, by default.'),
  cursor: z.string().min(1).max(400).optional().describe('`next_cursor` of the page before.'),
  limit: limitQuery,
})
const tags = z.record(z.string().min(1).max(250), z.string().max(5_000))
const definition = z.string().max(200_000).describe('YAML: which aliases are protected, and by what.')
const createBody = z.strictObject({
  name: modelName,
  description: z.string().max(4_000).optional(),
  definition: definition.optional(),
  tags: tags.optional(),
})
const changeBody = z.strictObject({
  description: z.string().max(4_000).optional(),
  definition: definition.optional(),
  tags: tags.optional().describe('Instead of those that it has.'),
  reason,
})
const deleteQuery = onlyTenant.extend({ reason })

/** The rows of models themselves. */
export function modelsRoutes(options: RegistryRoutesOptions): AnyRoute<Principal>[] {
  const { registry, access, context } = options

  async function toWire(models: readonly Model[]) {
    const ids = models.map(({ id }) => id)
    const [aliases, newest] = await Promise.all([
      listAliases(context.database, ids),
      listNewestVersions(context.database, ids),
    ])
    return models.map(model =>
      toWireModel(
        model,
        aliases.filter(({ modelId }) => modelId === model.id),
        newest.find(({ modelId }) => modelId === model.id),
      ),
    )
  }

  async function toWireOne(model: Model) {
    const [wire] = await toWire([model])
    return wire
  }

  return [
    defineRoute<Principal, undefined, typeof listQuery>({
      method: 'GET',
      path: '/api/models',
      operationId: 'listModels',
      summary: 'Models by name, each with its aliases and its newest version.',
      tag,
      permission: 'model:read',
      tenant: 'any',
      input: { query: listQuery },
      output: z.object({ data: z.array(modelSchema), next_cursor: z.string().nullable() }),
      handle: async ({ query }, { principal }) => {
        const tenant = access.visibleTenant(principal, query.tenant)
        const [, id, name] = /^([0-9a-f-]{36}) (.+)$/.exec(query.cursor ?? '') ?? []
        if (query.cursor !== undefined && (id === undefined || name === undefined))
          throw new Failure('invalid_request', 'The cursor is of another list.', {
            details: { parameter: 'cursor' },
          })
        const after = id === undefined || name === undefined ? undefined : { id, name }
        const found = await listModels(context.database, { tenant, after, limit: query.limit + 1 })
        const shown = found.slice(0, query.limit)
        const last = shown.at(-1)
        return {
          data: await toWire(shown),
          next_cursor: found.length > shown.length && last ? `${last.id} ${last.name}` : null,
        }
      },
    }),
    defineRoute<Principal, undefined, typeof onlyTenant, typeof createBody>({
      method: 'POST',
      path: '/api/models',
      operationId: 'createModel',
      summary: 'Makes a model without a version.',
      tag,
      permission: 'model:write',
      tenant: 'any',
      input: { query: onlyTenant, body: createBody },
      output: modelSchema,
      status: 201,
      handle: async ({ query, body }, request) =>
        await toWireOne(await registry.create(callerOf(options, request, query.tenant), body)),
    }),
    defineRoute<Principal, typeof modelPath, typeof onlyTenant>({
      method: 'GET',
      path: '/api/models/{name}',
      operationId: 'readModel',
      summary: 'A model, its aliases and its newest version.',
      tag,
      permission: 'model:read',
      tenant: 'any',
      input: { path: modelPath, query: onlyTenant },
      output: modelSchema,
      handle: async ({ path, query }, { principal }) =>
        await toWireOne(await registry.get(tenantOf(options, principal, query.tenant), path.name)),
    }),
    defineRoute<Principal, typeof modelPath, typeof onlyTenant, typeof changeBody>({
      method: 'PATCH',
      path: '/api/models/{name}',
      operationId: 'changeModel',
      summary: 'Changes the description, the rules or the tags of a model.',
      tag,
      // its rules say who may put a version into service
      permission: 'model:approve',
      tenant: 'any',
      input: { path: modelPath, query: onlyTenant, body: changeBody },
      output: modelSchema,
      handle: async ({ path, query, body }, request) =>
        await toWireOne(await registry.update(callerOf(options, request, query.tenant), path.name, body)),
    }),
    defineRoute<Principal, typeof modelPath, typeof deleteQuery>({
      method: 'DELETE',
      path: '/api/models/{name}',
      operationId: 'deleteModel',
      summary: 'Deletes a model without aliases, with all its versions. Its history stays.',
      tag,
      permission: 'model:approve',
      tenant: 'any',
      input: { path: modelPath, query: deleteQuery },
      output: undefined,
      status: 204,
      handle: async ({ path, query }, request) =>
        await registry.delete(callerOf(options, request, query.tenant), path.name, query.reason),
    }),
  ]
}
