import { z } from 'zod'
import { type AnyRoute, defineRoute } from '../../../foundation/platform/index.ts'
import type { Principal } from '../../../govern/access/index.ts'
import { attachmentSchema, toWireAttachment } from '../../registry/index.ts'
import { toWireVerification, verificationSchema } from './packaging-wire.ts'
import {
  callerOf,
  type PackagingRoutesOptions,
  tag,
  tenantOf,
  tenantQuery,
  versionPath,
} from './routes-context.ts'

const cardBody = z.strictObject({
  evaluations: z
    .array(z.uuid())
    .max(20)
    .default([])
    .describe(
      'Runs that the card is to tell of, beside those that it told of before and those that approvals name.',
    ),
})

/** The rows that say something of a version, and look whether it is true. */
export function proofRoutes(options: PackagingRoutesOptions): AnyRoute<Principal>[] {
  const { packaging, registry } = options

  const find = async (principal: Principal, path: z.output<typeof versionPath>, tenant: string | undefined) =>
    await registry.resolve(tenantOf(options, principal, tenant), `${path.name}@${path.version}`)

  return [
    defineRoute<Principal, typeof versionPath, typeof tenantQuery, typeof cardBody>({
      method: 'POST',
      path: '/api/models/{name}/versions/{version}/card',
      operationId: 'writeModelCard',
      summary:
        'Writes the card of a version from what is known of it; the same evidence gives the card that is there.',
      tag,
      permission: 'model:write',
      tenant: 'any',
      input: { path: versionPath, query: tenantQuery, body: cardBody },
      output: attachmentSchema,
      status: 201,
      handle: async ({ path, query, body }, request) =>
        toWireAttachment(
          await packaging.writeCard(
            callerOf(options, request, query.tenant),
            await find(request.principal, path, query.tenant),
            body.evaluations,
          ),
        ),
    }),
    defineRoute<Principal, typeof versionPath, typeof tenantQuery>({
      method: 'POST',
      path: '/api/models/{name}/versions/{version}/bom',
      operationId: 'writeModelBom',
      summary: 'Writes the bill of materials of a version: CycloneDX 1.6 with a model card.',
      tag,
      permission: 'model:write',
      tenant: 'any',
      input: { path: versionPath, query: tenantQuery },
      output: attachmentSchema,
      status: 201,
      handle: async ({ path, query }, request) =>
        toWireAttachment(
          await packaging.writeBom(
            callerOf(options, request, query.tenant),
            await find(request.principal, path, query.tenant),
          ),
        ),
    }),
    defineRoute<Principal, typeof versionPath, typeof tenantQuery>({
      method: 'POST',
      path: '/api/models/{name}/versions/{version}/signature',
      operationId: 'signModelVersion',
      summary:
        'Signs the files of a version, and its newest card and bill of materials with them, after OpenSSF Model Signing 1.0.',
      tag,
      permission: 'model:sign',
      tenant: 'any',
      input: { path: versionPath, query: tenantQuery },
      output: attachmentSchema,
      status: 201,
      handle: async ({ path, query }, request) =>
        toWireAttachment(
          await packaging.sign(
            callerOf(options, request, query.tenant),
            await find(request.principal, path, query.tenant),
          ),
        ),
    }),
    defineRoute<Principal, typeof versionPath, typeof tenantQuery>({
      method: 'GET',
      path: '/api/models/{name}/versions/{version}/verification',
      operationId: 'readModelVerification',
      summary:
        'Whether the signature, the bill of materials and the card of a version are true of its files.',
      tag,
      permission: 'model:read',
      tenant: 'any',
      input: { path: versionPath, query: tenantQuery },
      output: verificationSchema,
      handle: async ({ path, query }, { principal }) => {
        const version = await find(principal, path, query.tenant)
        return toWireVerification(version, await packaging.verify(version))
      },
    }),
    defineRoute<Principal, typeof versionPath, typeof tenantQuery>({
      method: 'POST',
      path: '/api/models/{name}/versions/{version}/verification',
      operationId: 'verifyModelVersion',
      summary: 'The same, after every stored file was read and hashed once more.',
      tag,
      permission: 'model:read',
      tenant: 'any',
      input: { path: versionPath, query: tenantQuery },
      output: verificationSchema,
      handle: async ({ path, query }, { principal, signal }) => {
        const version = await find(principal, path, query.tenant)
        return toWireVerification(
          version,
          await packaging.verify(version, { readsFilesFor: principal.keyName, signal }),
        )
      },
    }),
  ]
}
