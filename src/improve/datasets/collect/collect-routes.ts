import type { z } from 'zod'
import { type AnyRoute, defineRoute, Failure } from '../../../foundation/platform/index.ts'
import type { Principal } from '../../../govern/access/index.ts'
import { taskSchema, toWireTask } from '../datasets-wire.ts'
import {
  callerOf,
  type DatasetsRoutesOptions,
  namePath,
  onlyTenant,
  tag,
  tenantOf,
} from '../routes-context.ts'
import { collectParameters } from './collect-task.ts'
import { collection, collectionCounts, type CollectionFilter } from './collection.ts'
import { chooseExamples, type CollectContext } from './find-examples.ts'

/** Versions of traffic. A key that reaches some services only makes examples of those only. */
export function collectRoutes(
  options: DatasetsRoutesOptions & { readonly collect: CollectContext },
): AnyRoute<Principal>[] {
  const { datasets, collect } = options
  return [
    defineRoute<Principal, undefined, typeof onlyTenant, typeof collection>({
      method: 'POST',
      path: '/api/dataset-collections/preview',
      operationId: 'previewDatasetCollection',
      summary: 'How many examples traffic would give, by stratum, and what would be left out and why.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { query: onlyTenant, body: collection },
      output: collectionCounts,
      handle: async ({ query, body }, { principal, signal }): Promise<z.input<typeof collectionCounts>> => {
        const tenant = tenantOf(options, principal, query.tenant)
        const filter = withinReach(body.filter, principal)
        return (await chooseExamples(collect, tenant, { ...body, filter }, signal)).counts
      },
    }),
    defineRoute<Principal, typeof namePath, typeof onlyTenant, typeof collectParameters>({
      method: 'POST',
      path: '/api/datasets/{name}/collections',
      operationId: 'collectDataset',
      summary:
        'Publishes examples of traffic as a version: masked, and only of what may be used; makes the dataset where it is new.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { path: namePath, query: onlyTenant, body: collectParameters },
      output: taskSchema,
      status: 202,
      handle: async ({ path, query, body }, request) => {
        const caller = callerOf(options, request, query.tenant)
        const parameters = { ...body, filter: withinReach(body.filter, request.principal) }
        return toWireTask(
          await datasets.tasks.start(caller, { kind: 'collect-examples', dataset: path.name, parameters }),
        )
      },
    }),
  ]
}

/** The filter, bounded by the services that a key reaches. */
export function withinReach(filter: CollectionFilter, { services }: Principal): CollectionFilter {
  if (!services) return filter
  const stranger = filter.services?.find(service => !services.has(service))
  if (stranger !== undefined)
    throw new Failure('forbidden', `This key may not see the service \`${stranger}\`.`, {
      details: { parameter: 'services' },
    })
  return { ...filter, services: filter.services ?? [...services] }
}
