import { z } from 'zod'
import { type AnyRoute, defineRoute } from '../../../foundation/platform/index.ts'
import type { Principal } from '../../../govern/access/index.ts'
import { signingKeySchema, toWireSigningKey } from './packaging-wire.ts'
import { callerOf, type PackagingRoutesOptions, tag, tenantOf, tenantQuery } from './routes-context.ts'

const trustBody = z.strictObject({
  name: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9._-]{0,62}$/,
      'must begin with a lower-case letter or a digit and hold those, ., _ and -',
    )
    .describe('Whose it is: it is named in what is found of signatures.'),
  public_key: z.string().min(1).max(10_000).describe('PEM, of the curve P-256, P-384 or P-521.'),
})
const keyPath = z.object({ key: z.string().min(1).max(200).describe('Its id or its name.') })
const revokeBody = z.strictObject({ reason: z.string().min(1).max(2_000) })

/** The rows of the keys that models are signed with. */
export function signingKeyRoutes(options: PackagingRoutesOptions): AnyRoute<Principal>[] {
  const { keys } = options.packaging
  return [
    defineRoute<Principal, undefined, typeof tenantQuery>({
      method: 'GET',
      path: '/api/signing-keys',
      operationId: 'listSigningKeys',
      summary: 'Keys whose signatures of models count, and those that were revoked. Public keys only.',
      tag,
      permission: 'model:read',
      tenant: 'any',
      input: { query: tenantQuery },
      output: z.object({ data: z.array(signingKeySchema), next_cursor: z.null() }),
      handle: async ({ query }, { principal }) => {
        const found = await keys.list(tenantOf(options, principal, query.tenant))
        return { data: found.map(toWireSigningKey), next_cursor: null }
      },
    }),
    defineRoute<Principal, undefined, typeof tenantQuery, typeof trustBody>({
      method: 'POST',
      path: '/api/signing-keys',
      operationId: 'trustSigningKey',
      summary: 'Adds the public key of somebody else whose signatures count from now on.',
      tag,
      permission: 'signing-key:manage',
      tenant: 'any',
      input: { query: tenantQuery, body: trustBody },
      output: signingKeySchema,
      status: 201,
      handle: async ({ query, body }, request) =>
        toWireSigningKey(
          await keys.trust(callerOf(options, request, query.tenant), body.name, body.public_key),
        ),
    }),
    defineRoute<Principal, undefined, typeof tenantQuery>({
      method: 'POST',
      path: '/api/signing-keys/rotate',
      operationId: 'rotateSigningKey',
      summary: 'Makes another own key, which signs from now on; what the one before has signed stays good.',
      tag,
      permission: 'signing-key:manage',
      tenant: 'any',
      input: { query: tenantQuery },
      output: signingKeySchema,
      status: 201,
      handle: async ({ query }, request) =>
        toWireSigningKey(await keys.rotate(callerOf(options, request, query.tenant))),
    }),
    defineRoute<Principal, typeof keyPath, typeof tenantQuery, typeof revokeBody>({
      method: 'POST',
      path: '/api/signing-keys/{key}/revoke',
      operationId: 'revokeSigningKey',
      summary: 'Nothing that the key has signed, at whatever time, counts any more.',
      tag,
      permission: 'signing-key:manage',
      tenant: 'any',
      input: { path: keyPath, query: tenantQuery, body: revokeBody },
      output: signingKeySchema,
      handle: async ({ path, query, body }, request) =>
        toWireSigningKey(await keys.revoke(callerOf(options, request, query.tenant), path.key, body.reason)),
    }),
  ]
}
