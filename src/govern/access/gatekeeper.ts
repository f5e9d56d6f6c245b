import type { Gatekeeper } from '../../foundation/platform/index.ts'
import type { Audit } from '../audit/index.ts'
import type { Access } from './access.ts'
import { actorOf } from './access-context.ts'
import type { Principal } from './principal.ts'
import { isSameOrigin } from './same-origin.ts'

/** Stands for the caller of a route that needs no key; holds no right that any handler could pass on. */
const anonymous: Principal = {
  keyId: 'anonymous',
  keyName: 'anonymous',
  role: 'service',
  tenant: 'anonymous',
  services: new Set(),
}

/** What the control API asks before and after each of its rows. */
export function createGatekeeper({ access, audit }: { access: Access; audit: Audit }): Gatekeeper<Principal> {
  return {
    anonymous,
    authenticate: request => access.authenticate(request.headers, { isSameOrigin: isSameOrigin(request) }),
    authorize: (principal, route) =>
      access.authorize(principal, route.permission, {
        tenant: route.tenant === 'system' ? null : undefined,
      }),
    recordRead: (principal, route, requestId) =>
      audit.recordRead({
        actor: actorOf(principal),
        action: route.permission,
        subject: route.path,
        tenant: principal.tenant,
        requestId,
      }),
  }
}
