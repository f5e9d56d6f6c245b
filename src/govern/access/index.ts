/** Access: keys, tenants, sessions, and the Cedar policies that decide what each may do. */
import type { AnyRoute } from '../../foundation/platform/index.ts'
import type { Access } from './access.ts'
import { keyRoutes } from './key-routes.ts'
import type { Principal } from './principal.ts'
import { sessionRoutes } from './session-routes.ts'
import { tenantRoutes } from './tenant-routes.ts'

export { createAccess } from './access.ts'
export type { Access, AccessOptions } from './access.ts'
export { actorOf } from './access-context.ts'
export type { Caller } from './access-context.ts'
export type { Resource } from './decision-table.ts'
export type { AdminKey } from './ensure-admin-key.ts'
export { createGatekeeper } from './gatekeeper.ts'
export type { Key } from './key.ts'
export { loadPolicies } from './load-policies.ts'
export { callerOf, tenantOf } from './caller-of.ts'
export { homeTenant, roles } from './principal.ts'
export type { Principal, Role } from './principal.ts'
export { isSameOrigin } from './same-origin.ts'
export type { Tenant } from './tenant.ts'

/** The rows for sessions, keys and tenants. */
export function accessRoutes(access: Access): AnyRoute<Principal>[] {
  return [...sessionRoutes(access), ...keyRoutes(access), ...tenantRoutes(access)]
}
