import { z } from 'zod'
import { defineRoute } from '../../foundation/platform/index.ts'
import type { AnyRoute } from '../../foundation/platform/index.ts'
import type { Access } from './access.ts'
import type { Principal } from './principal.ts'
import type { Tenant } from './tenant.ts'

const tenantOutput = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    services: z.array(z.string()).nullable().describe('The services its keys may use; null means all.'),
    source: z.enum(['file', 'api']).describe('`file`: declared in the configuration, and changed there.'),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Tenant' })

const id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'use lower-case letters, digits, dots, dashes and underscores')
const name = z.string().trim().min(1).max(200)
const services = z.array(z.string().min(1).max(63)).max(1000)

const newTenant = z.strictObject({ id, name: name.optional(), services: services.nullish() })
const change = z.strictObject({ name: name.nullish(), services: services.nullish() })
const path = z.object({ id })

export function tenantRoutes(access: Access): AnyRoute<Principal>[] {
  return [
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/tenants',
      operationId: 'listTenants',
      summary: 'The tenants that this key may see.',
      tag: 'Access',
      permission: 'tenant:list',
      tenant: 'any',
      isAuditedRead: true,
      output: z.object({ data: z.array(tenantOutput), next_cursor: z.null() }),
      handle: (_input, { principal }) => {
        const visible = access.visibleTenant(principal)
        const tenants = access.tenants.list().filter(tenant => visible === undefined || tenant.id === visible)
        return { data: tenants.map(toWire), next_cursor: null }
      },
    }),
    defineRoute<Principal, undefined, undefined, typeof newTenant>({
      method: 'POST',
      path: '/api/tenants',
      operationId: 'createTenant',
      summary: 'Make a tenant.',
      tag: 'Access',
      permission: 'tenant:create',
      tenant: 'system',
      input: { body: newTenant },
      output: tenantOutput,
      status: 201,
      handle: async ({ body }, { principal, requestId }) =>
        toWire(await access.tenants.create(body, { principal, requestId })),
    }),
    defineRoute<Principal, typeof path, undefined, typeof change>({
      method: 'PATCH',
      path: '/api/tenants/{id}',
      operationId: 'updateTenant',
      summary: 'Change the name or the services of a tenant; what is left out stays.',
      tag: 'Access',
      permission: 'tenant:update',
      tenant: 'system',
      input: { path, body: change },
      output: tenantOutput,
      handle: async ({ path: { id: tenant }, body }, { principal, requestId }) =>
        toWire(await access.tenants.update(tenant, body, { principal, requestId })),
    }),
    defineRoute<Principal, typeof path>({
      method: 'DELETE',
      path: '/api/tenants/{id}',
      operationId: 'deleteTenant',
      summary: 'Delete a tenant: its keys are revoked, its records stay, its id is not given out again.',
      tag: 'Access',
      permission: 'tenant:delete',
      tenant: 'system',
      input: { path },
      output: undefined,
      status: 204,
      handle: async ({ path: { id: tenant } }, { principal, requestId }) => {
        await access.tenants.delete(tenant, { principal, requestId })
      },
    }),
  ]
}

function toWire(tenant: Tenant): z.output<typeof tenantOutput> {
  return {
    id: tenant.id,
    name: tenant.name ?? null,
    services: tenant.services ? [...tenant.services] : null,
    source: tenant.source,
    created_at: tenant.createdAt.toISOString(),
  }
}
