import { z } from 'zod'
import { type AnyRoute, defineRoute, Failure } from '../../../foundation/platform/index.ts'
import type { Principal } from '../../../govern/access/index.ts'
import { objectName, storeFile } from '../files/store-file.ts'
import { findObject } from '../stores/object-row-store.ts'
import { onlyTenant, type RegistryRoutesOptions, tag, tenantOf, tenantQuery } from './routes-context.ts'

const filePath = z.object({
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits')
    .describe('Of the content of the file.'),
})
const sendQuery = z.object({
  tenant: tenantQuery,
  offset: z.coerce.number().int().min(0).default(0).describe('How many bytes have come before.'),
})
const stateSchema = z
  .object({
    sha256: z.string(),
    bytes: z.int().describe('How many have come, or are stored.'),
    is_stored: z.boolean().describe('Whether it may be named in a version.'),
  })
  .meta({ id: 'ModelFileState' })

/** Files on their way in: sent in parts under their own hash, and stored when that is what they have. */
export function fileRoutes(options: RegistryRoutesOptions): AnyRoute<Principal>[] {
  const { context, uploads } = options

  async function stateOf(tenant: string, sha256: string): Promise<z.output<typeof stateSchema>> {
    const now = new Date(context.now())
    const stored = await findObject(context.database, { tenant, object: objectName(sha256), now })
    if (stored) return { sha256, bytes: stored.bytes, is_stored: true }
    return { sha256, bytes: (await uploads.sizeOf(tenant, sha256)) ?? 0, is_stored: false }
  }

  return [
    defineRoute<Principal, typeof filePath, typeof onlyTenant>({
      method: 'GET',
      path: '/api/model-files/{sha256}',
      operationId: 'readModelFileState',
      summary: 'Whether a file is stored, or how much of it has come.',
      tag,
      permission: 'model:write',
      tenant: 'any',
      input: { path: filePath, query: onlyTenant },
      output: stateSchema,
      handle: async ({ path, query }, { principal }) =>
        await stateOf(tenantOf(options, principal, query.tenant), path.sha256),
    }),
    defineRoute<Principal, typeof filePath, typeof sendQuery>({
      method: 'PUT',
      path: '/api/model-files/{sha256}',
      operationId: 'sendModelFile',
      summary: 'Sends a file, or goes on sending it: the bytes from `offset` on are the body.',
      tag,
      permission: 'model:write',
      tenant: 'any',
      input: { path: filePath, query: sendQuery },
      output: stateSchema,
      handle: async ({ path: { sha256 }, query }, { principal, request }) => {
        const tenant = tenantOf(options, principal, query.tenant)
        const bytes = await uploads.append(tenant, sha256, query.offset, request.body, {
          mostBytes: options.mostUploadBytes(),
        })
        return { sha256, bytes, is_stored: false }
      },
    }),
    defineRoute<Principal, typeof filePath, typeof onlyTenant>({
      method: 'POST',
      path: '/api/model-files/{sha256}',
      operationId: 'storeModelFile',
      summary: 'Stores a file that was sent whole. Refused, and thrown away, where it has another hash.',
      tag,
      permission: 'model:write',
      tenant: 'any',
      input: { path: filePath, query: onlyTenant },
      output: stateSchema,
      handle: async ({ path: { sha256 }, query }, { principal }) => {
        const tenant = tenantOf(options, principal, query.tenant)
        const before = await stateOf(tenant, sha256)
        if (before.is_stored) return before
        await uploads.sweep(context.now())
        const file = await uploads.uploaded(tenant, sha256)
        const bytes = (await uploads.sizeOf(tenant, sha256)) ?? 0
        try {
          // hashed on its way into the store
          await storeFile(context, tenant, { path: file, bytes, sha256 })
        } catch (error) {
          // content of another hash can never become this file
          if (error instanceof Failure && error.code === 'invalid_request')
            await uploads.deleteUpload(tenant, sha256)
          throw error
        }
        await uploads.deleteUpload(tenant, sha256)
        return { sha256, bytes, is_stored: true }
      },
    }),
  ]
}
