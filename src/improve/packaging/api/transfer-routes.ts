import { z } from 'zod'
import { type AnyRoute, defineRoute, Failure } from '../../../foundation/platform/index.ts'
import type { Principal } from '../../../govern/access/index.ts'
import { modelName } from '../../registry/index.ts'
import type { Transfer } from '../transfer/transfer.ts'
import { toWireTransfer, transferSchema } from './packaging-wire.ts'
import {
  callerOf,
  type PackagingRoutesOptions,
  tag,
  tenantOf,
  tenantQuery,
  versionPath,
} from './routes-context.ts'

const registry = z
  .string()
  .min(1)
  .max(63)
  .describe('As the configuration names it under `packaging: registries`.')
const repository = z
  .string()
  .min(1)
  .max(255)
  .describe('Below the prefix of the registry; the name of the model by default.')
const pushBody = z.strictObject({
  registry,
  repository: repository.optional(),
  tag: z
    .string()
    .regex(/^\w[\w.-]{0,127}$/, 'must be letters, digits, ., _ and -')
    .optional()
    .describe('The number of the version by default.'),
})
const pullPath = z.object({ name: modelName })
const pullBody = z.strictObject({
  registry,
  repository: repository.optional(),
  reference: z
    .string()
    .regex(/^(?:\w[\w.-]{0,127}|sha256:[0-9a-f]{64})$/, 'must be a tag, or sha256: and 64 hexadecimal digits')
    .describe('A tag, or the digest of the manifest.'),
  allow_unverified: z
    .boolean()
    .default(false)
    .describe(
      'Takes it also where nobody has signed it, or only who is not known here. The history says so.',
    ),
})
const listQuery = tenantQuery.extend({ limit: z.coerce.number().int().min(1).max(200).default(50) })
const transferPath = z.object({ transfer: z.uuid() })

/** The rows of what goes to other registries and comes from them. */
export function transferRoutes(options: PackagingRoutesOptions): AnyRoute<Principal>[] {
  const { packaging, registry: models, access } = options

  async function find(principal: Principal, id: string): Promise<Transfer> {
    const found = await packaging.findTransfer(id)
    const visible = access.visibleTenant(principal, undefined)
    if (found && (visible === undefined || visible === found.tenant)) return found
    throw new Failure('not_found', 'There is no such transfer.')
  }

  return [
    defineRoute<Principal, undefined, typeof tenantQuery>({
      method: 'GET',
      path: '/api/model-registries',
      operationId: 'listModelRegistries',
      summary: 'Other registries that models of the tenant may be sent to and taken from, by name.',
      tag,
      permission: 'model:read',
      tenant: 'any',
      input: { query: tenantQuery },
      output: z.object({ data: z.array(z.object({ name: z.string() })), next_cursor: z.null() }),
      handle: ({ query }, { principal }) => ({
        data: packaging.registries(tenantOf(options, principal, query.tenant)).map(name => ({ name })),
        next_cursor: null,
      }),
    }),
    defineRoute<Principal, typeof versionPath, typeof tenantQuery, typeof pushBody>({
      method: 'POST',
      path: '/api/models/{name}/versions/{version}/pushes',
      operationId: 'pushModelVersion',
      summary:
        'Sends a version, with its card, bill of materials and signatures, to a declared OCI registry.',
      tag,
      permission: 'model:push',
      tenant: 'any',
      input: { path: versionPath, query: tenantQuery, body: pushBody },
      output: transferSchema,
      status: 202,
      handle: async ({ path, query, body }, request) => {
        const caller = callerOf(options, request, query.tenant)
        const version = await models.resolve(caller.tenant, `${path.name}@${path.version}`)
        return toWireTransfer(
          await packaging.beginPush(caller, version, {
            registry: body.registry,
            repository: body.repository,
            reference: body.tag,
          }),
        )
      },
    }),
    defineRoute<Principal, typeof pullPath, typeof tenantQuery, typeof pullBody>({
      method: 'POST',
      path: '/api/models/{name}/pulls',
      operationId: 'pullModelVersion',
      summary: 'Makes a version of what a declared OCI registry has, once its signature is verified.',
      tag,
      permission: 'model:write',
      tenant: 'any',
      input: { path: pullPath, query: tenantQuery, body: pullBody },
      output: transferSchema,
      status: 202,
      handle: async ({ path, query, body }, request) =>
        toWireTransfer(
          await packaging.beginPull(callerOf(options, request, query.tenant), path.name, {
            registry: body.registry,
            repository: body.repository,
            reference: body.reference,
            allowsUnverified: body.allow_unverified,
          }),
        ),
    }),
    defineRoute<Principal, undefined, typeof listQuery>({
      method: 'GET',
      path: '/api/model-transfers',
      operationId: 'listModelTransfers',
      summary: 'What was sent to other registries and taken from them, the newest first.',
      tag,
      permission: 'model:read',
      tenant: 'any',
      input: { query: listQuery },
      output: z.object({ data: z.array(transferSchema), next_cursor: z.null() }),
      handle: async ({ query }, { principal }) => {
        const found = await packaging.listTransfers({
          tenant: access.visibleTenant(principal, query.tenant),
          limit: query.limit,
        })
        return { data: found.map(toWireTransfer), next_cursor: null }
      },
    }),
    defineRoute<Principal, typeof transferPath>({
      method: 'GET',
      path: '/api/model-transfers/{transfer}',
      operationId: 'readModelTransfer',
      summary: 'How far a transfer is, and what came of it.',
      tag,
      permission: 'model:read',
      tenant: 'any',
      input: { path: transferPath },
      output: transferSchema,
      handle: async ({ path }, { principal }) => toWireTransfer(await find(principal, path.transfer)),
    }),
    defineRoute<Principal, typeof transferPath>({
      method: 'POST',
      path: '/api/model-transfers/{transfer}/cancel',
      operationId: 'cancelModelTransfer',
      summary: 'Ends a transfer; what is at the other registry already stays there without a name.',
      tag,
      permission: 'model:write',
      tenant: 'any',
      input: { path: transferPath },
      output: transferSchema,
      handle: async ({ path }, request) => {
        const found = await find(request.principal, path.transfer)
        await packaging.cancelTransfer(callerOf(options, request, found.tenant), found.id)
        return toWireTransfer(await find(request.principal, path.transfer))
      },
    }),
  ]
}
