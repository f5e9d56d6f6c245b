import { z } from 'zod'
import { type AnyRoute, defineRoute, Failure } from '../../../foundation/platform/index.ts'
import type { Principal } from '../../../govern/access/index.ts'
import { parseDefinition } from '../definition.ts'
import { taskSchema, toWireTask } from '../datasets-wire.ts'
import {
  callerOf,
  type DatasetsRoutesOptions,
  namePath,
  onlyTenant,
  tag,
  tenantOf,
  tenantQuery,
} from '../routes-context.ts'
import { findTask } from '../stores/task-store.ts'
import { exportParameters } from './export-task.ts'
import { importParameters, uploadId } from './import-task.ts'
import type { TransferFolder } from './transfer-folder.ts'

const uploadPath = z.object({ id: uploadId })
const exportPath = z.object({ id: z.uuid() })
const appendQuery = z.object({
  tenant: tenantQuery,
  offset: z.coerce.number().int().min(0).default(0).describe('How many bytes have come before.'),
})
const uploadSchema = z.object({ id: z.string(), bytes: z.int() }).meta({ id: 'DatasetUpload' })

type Options = DatasetsRoutesOptions & {
  readonly transfers: TransferFolder
  readonly mostUploadBytes: () => number
}

/** What begins imports and exports. */
export function transferRoutes(options: Options): AnyRoute<Principal>[] {
  const { datasets, transfers } = options
  return [
    defineRoute<Principal, typeof namePath, typeof onlyTenant, typeof importParameters>({
      method: 'POST',
      path: '/api/datasets/{name}/imports',
      operationId: 'importDataset',
      summary: 'Publishes a file that was uploaded as a version; makes the dataset where it is new.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { path: namePath, query: onlyTenant, body: importParameters },
      output: taskSchema,
      status: 202,
      handle: async ({ path, query, body }, request) => {
        const caller = callerOf(options, request, query.tenant)
        if (body.definition !== undefined) parseDefinition(body.definition, options.context.checkDefinition)
        await transfers.uploaded(caller.tenant, body.upload)
        const parameters = { ...body, tenant: caller.tenant }
        return toWireTask(
          await datasets.tasks.start(caller, { kind: 'import-file', dataset: path.name, parameters }),
        )
      },
    }),
    defineRoute<Principal, typeof namePath, typeof onlyTenant, typeof exportParameters>({
      method: 'POST',
      path: '/api/datasets/{name}/exports',
      operationId: 'exportDataset',
      summary: 'Writes a version as a file, which can be fetched when the task is done.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      input: { path: namePath, query: onlyTenant, body: exportParameters },
      output: taskSchema,
      status: 202,
      handle: async ({ path, query, body }, request) => {
        const caller = callerOf(options, request, query.tenant)
        await datasets.resolve(caller.tenant, {
          dataset: path.name,
          revision: body.revision,
          split: body.split,
        })
        return toWireTask(
          await datasets.tasks.start(caller, { kind: 'export-file', dataset: path.name, parameters: body }),
        )
      },
    }),
  ]
}

/** Bytes in and out, which every process moves itself: they lie in a folder that all share. */
export function transferByteRoutes(options: Options): AnyRoute<Principal>[] {
  const { access, context, transfers } = options
  return [
    defineRoute<Principal, typeof uploadPath, typeof appendQuery>({
      method: 'PUT',
      path: '/api/dataset-uploads/{id}',
      operationId: 'sendDatasetUpload',
      summary: 'Sends a file, or goes on sending it: the bytes from `offset` on are the body.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { path: uploadPath, query: appendQuery },
      output: uploadSchema,
      handle: async ({ path: { id }, query }, { principal, request }) => {
        const tenant = tenantOf(options, principal, query.tenant)
        const bytes = await transfers.append(tenant, id, query.offset, request.body, {
          mostBytes: options.mostUploadBytes(),
        })
        return { id, bytes }
      },
    }),
    defineRoute<Principal, typeof uploadPath, typeof onlyTenant>({
      method: 'GET',
      path: '/api/dataset-uploads/{id}',
      operationId: 'readDatasetUpload',
      summary: 'How much of a file has come.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { path: uploadPath, query: onlyTenant },
      output: uploadSchema,
      handle: async ({ path: { id }, query }, { principal }) => ({
        id,
        bytes: (await transfers.sizeOf(tenantOf(options, principal, query.tenant), id)) ?? 0,
      }),
    }),
    defineRoute<Principal, typeof uploadPath, typeof onlyTenant>({
      method: 'DELETE',
      path: '/api/dataset-uploads/{id}',
      operationId: 'deleteDatasetUpload',
      summary: 'Throws away what has come of a file.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { path: uploadPath, query: onlyTenant },
      output: undefined,
      status: 204,
      handle: async ({ path: { id }, query }, { principal }) =>
        await transfers.deleteUpload(tenantOf(options, principal, query.tenant), id),
    }),
    defineRoute<Principal, typeof exportPath>({
      method: 'GET',
      path: '/api/dataset-exports/{id}/file',
      operationId: 'readDatasetExport',
      summary: 'The file of an export that is done, by its task; it is kept for a day.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      input: { path: exportPath },
      output: 'file',
      handle: async ({ path: { id } }, { principal }) => {
        const task = await findTask(context.database, access.visibleTenant(principal), id)
        if (task?.kind !== 'export-file') throw new Failure('not_found', `There is no export ${id}.`)
        const found = task.state === 'done' ? await transfers.readExport(task.tenant, id) : undefined
        if (!found)
          throw new Failure(
            'not_found',
            task.state === 'done'
              ? `The file of the export ${id} is gone: it was fetched, or kept for a day. Export it again.`
              : `The export ${id} is ${task.state}; there is no file.`,
          )
        const { name = 'export' } = (task.result ?? {}) as { name?: string }
        return new Response(found.body, {
          headers: {
            'content-type': 'application/octet-stream',
            'content-length': String(found.bytes),
            'content-disposition': `attachment; filename="${name.replaceAll(/[^\w.-]/g, '_')}"`,
            'cache-control': 'no-store',
          },
        })
      },
    }),
    defineRoute<Principal, typeof exportPath>({
      method: 'DELETE',
      path: '/api/dataset-exports/{id}/file',
      operationId: 'deleteDatasetExport',
      summary: 'Throws away the file of an export once it is fetched.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      input: { path: exportPath },
      output: undefined,
      status: 204,
      handle: async ({ path: { id } }, { principal }) => {
        const task = await findTask(context.database, access.visibleTenant(principal), id)
        if (task?.kind !== 'export-file') throw new Failure('not_found', `There is no export ${id}.`)
        await transfers.deleteExport(task.tenant, id)
      },
    }),
  ]
}
