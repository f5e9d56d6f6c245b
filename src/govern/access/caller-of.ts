import type { Access } from './access.ts'
import { homeTenant, type Principal } from './principal.ts'

interface Asking {
  readonly access: Pick<Access, 'visibleTenant'>
}

/** The tenant that a request is about: the one that it asks for, if its key may see that, else the key's own. */
export function tenantOf({ access }: Asking, principal: Principal, asked: string | undefined): string {
  return access.visibleTenant(principal, asked) ?? homeTenant(principal)
}

/** Who does something, as manifests and logs of events name him. */
export interface NamedCaller {
  readonly tenant: string
  readonly author: string
  readonly keyId: string
  readonly requestId: string
}

export function callerOf(
  asking: Asking,
  { principal, requestId }: { readonly principal: Principal; readonly requestId: string },
  asked: string | undefined,
): NamedCaller {
  return {
    tenant: tenantOf(asking, principal, asked),
    author: principal.keyName,
    keyId: principal.keyId,
    requestId,
  }
}
