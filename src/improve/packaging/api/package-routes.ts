import { z } from 'zod'
import { type AnyRoute, defineRoute } from '../../../foundation/platform/index.ts'
import type { Principal } from '../../../govern/access/index.ts'
import { modelName } from '../../registry/index.ts'
import {
  callerOf,
  type PackagingRoutesOptions,
  tag,
  tenantOf,
  tenantQuery,
  versionPath,
} from './routes-context.ts'

const takePath = z.object({ name: modelName })
const content = z.base64().max(24_000_000).describe('In base64.')
const takeBody = z.strictObject({
  manifest: content,
  referrers: z
    .array(content)
    .max(100)
    .default([])
    .describe('Manifests that refer to it: card, bill of materials, signatures.'),
  blobs: z
    .record(z.string().regex(/^[0-9a-f]{64}$/), content)
    .default({})
    .describe('What they name and is small, by its SHA-256; files are sent to `/api/model-files` before.'),
  allow_unverified: z.boolean().default(false),
})

/** The rows of packages that travel as files. */
export function packageRoutes(options: PackagingRoutesOptions): AnyRoute<Principal>[] {
  const { packaging, registry } = options
  return [
    defineRoute<Principal, typeof versionPath, typeof tenantQuery>({
      method: 'GET',
      path: '/api/models/{name}/versions/{version}/package',
      operationId: 'readModelPackage',
      summary: 'A version with its card, bill of materials and signatures, as an OCI image layout in a tar.',
      tag,
      permission: 'model:read',
      tenant: 'any',
      input: { path: versionPath, query: tenantQuery },
      output: 'file',
      handle: async ({ path, query }, { principal }) => {
        const tenant = tenantOf(options, principal, query.tenant)
        const version = await registry.resolve(tenant, `${path.name}@${path.version}`)
        const { body, bytes } = await packaging.writePackage(version)
        return new Response(body, {
          headers: {
            'content-type': 'application/x-tar',
            'content-length': String(bytes),
            'content-disposition': `attachment; filename="${version.model.replaceAll(/[^\w.-]/g, '_')}-${version.number}.tar"`,
            'cache-control': 'no-store',
          },
        })
      },
    }),
    defineRoute<Principal, typeof takePath, typeof tenantQuery, typeof takeBody>({
      method: 'POST',
      path: '/api/models/{name}/packages',
      operationId: 'takeModelPackage',
      summary: 'Makes a version of a package whose files were sent, once its signature is verified.',
      tag,
      permission: 'model:write',
      tenant: 'any',
      input: { path: takePath, query: tenantQuery, body: takeBody },
      output: z.object({
        model: z.string(),
        version: z.int(),
        digest: z.string().describe('Of the manifest of the package.'),
        is_new: z.boolean(),
        signature: z.string().describe('What was found of its signatures.'),
      }),
      status: 201,
      handle: async ({ path, query, body }, request) => {
        const decode = (text: string): Buffer => Buffer.from(text, 'base64')
        const taken = await packaging.takePackage(callerOf(options, request, query.tenant), path.name, {
          manifest: decode(body.manifest),
          referrers: body.referrers.map(decode),
          blobs: new Map(Object.entries(body.blobs).map(([sha256, text]) => [sha256, decode(text)])),
          allowsUnverified: body.allow_unverified,
        })
        return {
          model: taken.version.model,
          version: taken.version.number,
          digest: taken.digest,
          is_new: taken.isNew,
          signature: taken.signature,
        }
      },
    }),
  ]
}
