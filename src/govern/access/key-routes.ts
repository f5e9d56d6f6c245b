import { z } from 'zod'
import { defineRoute } from '../../foundation/platform/index.ts'
import type { AnyRoute } from '../../foundation/platform/index.ts'
import type { Access } from './access.ts'
import type { Key } from './key.ts'
import { roles } from './principal.ts'
import type { Principal } from './principal.ts'

const keyOutput = z
  .object({
    id: z.uuid(),
    name: z.string(),
    prefix: z.string().describe('The first characters of the secret.'),
    role: z.enum(roles),
    tenant: z.string().nullable().describe('Null means the whole installation.'),
    services: z.array(z.string()).nullable().describe('Null means all that its tenant may use.'),
    created_at: z.iso.datetime(),
    created_by: z.string().describe('The name of the key that made it.'),
    expires_at: z.iso.datetime().nullable(),
    revoked_at: z.iso.datetime().nullable(),
    last_used_at: z.iso.datetime().nullable().describe('Some seconds late.'),
  })
  .meta({ id: 'Key' })

const newKeyOutput = keyOutput
  .extend({ secret: z.string().describe('The key itself. It is shown this once.') })
  .meta({ id: 'NewKey' })

const query = z.object({
  tenant: z.string().optional(),
  cursor: z.uuid().optional().describe('`next_cursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})

const body = z.strictObject({
  name: z.string().trim().min(1).max(100),
  role: z.enum(roles),
  tenant: z
    .string()
    .nullish()
    .describe('Null is the whole installation; left out, it is where your own key belongs.'),
  services: z.array(z.string().min(1).max(63)).min(1).max(1000).nullish(),
  expires_at: z.iso.datetime({ offset: true }).nullish(),
})

const path = z.object({ id: z.uuid() })

export function keyRoutes(access: Access): AnyRoute<Principal>[] {
  return [
    defineRoute<Principal, undefined, typeof query>({
      method: 'GET',
      path: '/api/keys',
      operationId: 'listKeys',
      summary: 'The keys, newest first, without their secrets; the revoked ones too.',
      tag: 'Access',
      permission: 'key:list',
      tenant: 'any',
      isAuditedRead: true,
      input: { query },
      output: z.object({ data: z.array(keyOutput), next_cursor: z.string().nullable() }),
      handle: async ({ query: { tenant, cursor, limit } }, { principal }) => {
        const visible = access.visibleTenant(principal, tenant)
        const keys = await access.keys.list({ tenant: visible, cursor, limit: limit + 1 })
        const page = keys.slice(0, limit)
        return { data: page.map(toWire), next_cursor: keys.length > limit ? (page.at(-1)?.id ?? null) : null }
      },
    }),
    defineRoute<Principal, undefined, undefined, typeof body>({
      method: 'POST',
      path: '/api/keys',
      operationId: 'createKey',
      summary: 'Make a key. It can give no more than your own key has. The secret is shown this once.',
      tag: 'Access',
      permission: 'key:create',
      tenant: 'any',
      input: { body },
      output: newKeyOutput,
      status: 201,
      handle: async ({ body: input }, { principal, requestId }) => {
        const { key, secret } = await access.keys.create(
          {
            name: input.name,
            role: input.role,
            tenant: input.tenant,
            services: input.services,
            expiresAt: input.expires_at ? new Date(input.expires_at) : undefined,
          },
          { principal, requestId },
        )
        return { ...toWire(key), secret }
      },
    }),
    defineRoute<Principal, typeof path>({
      method: 'DELETE',
      path: '/api/keys/{id}',
      operationId: 'revokeKey',
      summary: 'Revoke a key and end its sessions, at once and everywhere.',
      tag: 'Access',
      permission: 'key:revoke',
      tenant: 'any',
      input: { path },
      output: undefined,
      status: 204,
      handle: async ({ path: { id } }, { principal, requestId }) => {
        await access.keys.revoke(id, { principal, requestId })
      },
    }),
  ]
}

function toWire(key: Key): z.output<typeof keyOutput> {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    role: key.role,
    tenant: key.tenant ?? null,
    services: key.services ? [...key.services] : null,
    created_at: key.createdAt.toISOString(),
    created_by: key.createdBy,
    expires_at: key.expiresAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
  }
}
