import { z } from 'zod'
import { type AnyRoute, defineRoute, Failure } from '../../foundation/platform/index.ts'
import type { Principal } from '../../govern/access/index.ts'
import type { DatasetVersion } from './dataset.ts'
import type { Dataset } from './datasets.ts'
import { datasetSchema, publishedSchema, toWireDataset, toWirePublished } from './datasets-wire.ts'
import { toDataset } from './find-dataset.ts'
import {
  callerOf,
  type DatasetsRoutesOptions,
  limitQuery,
  namePath,
  onlyTenant,
  tag,
  tenantOf,
  tenantQuery,
} from './routes-context.ts'
import { listDatasets, markDatasetDeleted } from './stores/dataset-store.ts'
import { type DatasetRef, listRefs } from './stores/ref-store.ts'
import { listPins } from './stores/pin-store.ts'
import { findVersion } from './stores/version-store.ts'

const listQuery = z.object({
  tenant: tenantQuery,
  cursor: z.string().max(400).optional().describe('`next_cursor` of the page before.'),
  limit: limitQuery(50, 200),
})
const definitionText = z.string().max(200_000).describe('YAML: key, columns, splits, checks.')
const createBody = z.strictObject({
  name: z.string().min(1).max(100),
  description: z.string().max(4_000).optional(),
  definition: definitionText.optional(),
})
const defineBody = z.strictObject({
  definition: definitionText,
  publish: z
    .boolean()
    .default(true)
    .describe('Publish a version under it where `main` has one: the same rows, held to the new definition.'),
})
const definedSchema = z.object({ dataset: datasetSchema, published: publishedSchema.nullable() })

/** The rows for datasets themselves. */
export function datasetRoutes(options: DatasetsRoutesOptions): AnyRoute<Principal>[] {
  const { access, context, datasets } = options
  const { database, audit, now } = context

  async function describe(dataset: Dataset): Promise<z.output<typeof datasetSchema>> {
    const refs = await listRefs(database, dataset.id)
    return toWireDataset(dataset, refs, await headOf(dataset, refs))
  }

  async function headOf(dataset: Dataset, refs: readonly DatasetRef[]): Promise<DatasetVersion | undefined> {
    const branches = refs.filter(({ kind }) => kind === 'branch')
    const head =
      branches.find(({ name }) => name === 'main') ??
      branches.toSorted((a, b) => b.versionNumber - a.versionNumber)[0]
    return head && (await findVersion(database, dataset.tenant, head.versionId))
  }

  return [
    defineRoute<Principal, undefined, typeof listQuery>({
      method: 'GET',
      path: '/api/datasets',
      operationId: 'listDatasets',
      summary: 'Datasets by name, each with what its branch `main` is at.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      input: { query: listQuery },
      output: z.object({ data: z.array(datasetSchema), next_cursor: z.string().nullable() }),
      handle: async ({ query }, { principal }) => {
        const [tenant = '', name = ''] = query.cursor?.split('/') ?? []
        const found = await listDatasets(database, {
          tenant: access.visibleTenant(principal, query.tenant),
          after: query.cursor === undefined ? undefined : { tenant, name },
          limit: query.limit + 1,
        })
        const page = found.slice(0, query.limit)
        const last = found.length > page.length ? page.at(-1) : undefined
        return {
          data: await Promise.all(page.map(record => describe(toDataset(record)))),
          next_cursor: last ? `${last.tenant}/${last.name}` : null,
        }
      },
    }),
    defineRoute<Principal, undefined, typeof onlyTenant, typeof createBody>({
      method: 'POST',
      path: '/api/datasets',
      operationId: 'createDataset',
      summary: 'Makes a dataset without a version; rows come by import or commit.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { query: onlyTenant, body: createBody },
      output: datasetSchema,
      status: 201,
      handle: async ({ query, body: { name, description, definition } }, request) =>
        await describe(
          await datasets.create(callerOf(options, request, query.tenant), {
            name,
            ...(description !== undefined && { description }),
            ...(definition !== undefined && { definition }),
          }),
        ),
    }),
    defineRoute<Principal, typeof namePath, typeof onlyTenant>({
      method: 'GET',
      path: '/api/datasets/{name}',
      operationId: 'readDataset',
      summary: 'One dataset: its definition, branches and tags, and what `main` is at.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      input: { path: namePath, query: onlyTenant },
      output: datasetSchema,
      handle: async ({ path, query }, { principal }) =>
        await describe(await datasets.get(tenantOf(options, principal, query.tenant), path.name)),
    }),
    defineRoute<Principal, typeof namePath, typeof onlyTenant, typeof defineBody>({
      method: 'PUT',
      path: '/api/datasets/{name}/definition',
      operationId: 'defineDataset',
      summary: 'Puts a definition in force: key, columns, splits, checks. Makes the dataset where it is new.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { path: namePath, query: onlyTenant, body: defineBody },
      output: definedSchema,
      handle: async ({ path, query, body }, request) => {
        const caller = callerOf(options, request, query.tenant)
        const dataset = await datasets.define(caller, path.name, body.definition)
        const refs = await listRefs(database, dataset.id)
        const isAtSomething = refs.some(({ name, kind }) => name === 'main' && kind === 'branch')
        const published =
          body.publish && isAtSomething
            ? await datasets.commit({
                caller,
                dataset: path.name,
                message: 'Another definition',
                source: { kind: 'edit' },
                signal: request.signal,
              })
            : undefined
        return { dataset: await describe(dataset), published: published ? toWirePublished(published) : null }
      },
    }),
    defineRoute<Principal, typeof namePath, typeof onlyTenant>({
      method: 'DELETE',
      path: '/api/datasets/{name}',
      operationId: 'deleteDataset',
      summary:
        'Deletes a dataset with its branches and tags. Versions that something needs stay until it does not.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { path: namePath, query: onlyTenant },
      output: undefined,
      status: 204,
      handle: async ({ path, query }, request) => {
        const caller = callerOf(options, request, query.tenant)
        const dataset = await datasets.get(caller.tenant, path.name)
        await database.transaction(async transaction => {
          if (!(await markDatasetDeleted(transaction, dataset.id, new Date(now()))))
            throw new Failure('not_found', `The dataset \`${path.name}\` was deleted meanwhile.`)
          await audit.record(
            {
              actor: { id: caller.keyId ?? 'system', name: caller.author },
              action: 'dataset:delete',
              subject: `dataset:${dataset.name}`,
              tenant: caller.tenant,
              requestId: caller.requestId,
              before: { id: dataset.id, definition: dataset.definition.hash },
            },
            transaction,
          )
        })
      },
    }),
    defineRoute<Principal, typeof namePath, typeof onlyTenant>({
      method: 'GET',
      path: '/api/datasets/{name}/pins',
      operationId: 'listDatasetPins',
      summary: 'What needs which version: garbage collection leaves those.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      input: { path: namePath, query: onlyTenant },
      output: z.object({
        data: z.array(
          z
            .object({
              version: z.string(),
              kind: z.string(),
              subject: z.string(),
              why: z.string(),
              created_at: z.iso.datetime(),
            })
            .meta({ id: 'DatasetPin' }),
        ),
      }),
      handle: async ({ path, query }, { principal }) => {
        const dataset = await datasets.get(tenantOf(options, principal, query.tenant), path.name)
        const pins = await listPins(database, dataset.id)
        return {
          data: pins.map(({ versionId, kind, subject, why, createdAt }) => ({
            version: versionId,
            kind,
            subject,
            why,
            created_at: createdAt.toISOString(),
          })),
        }
      },
    }),
  ]
}
