import type { Key } from './key.ts'
import type { Principal } from './principal.ts'
import type { Tenant } from './tenant.ts'

/** A key as the request path needs it. */
export interface DirectoryEntry {
  readonly key: Key
  readonly principal: Principal
  /** Milliseconds since 1970; infinite where it does not expire. */
  readonly expiresAtMs: number
}

/** All keys that open something and all tenants at one revision. Never changed; a newer one takes its place. */
export interface Directory {
  readonly revision: number
  readonly byHash: ReadonlyMap<string, DirectoryEntry>
  readonly byId: ReadonlyMap<string, DirectoryEntry>
  readonly tenants: ReadonlyMap<string, Tenant>
}

export function buildDirectory(
  revision: number,
  keys: readonly { key: Key; hash: string }[],
  tenants: readonly Tenant[],
): Directory {
  const tenantsById = new Map(tenants.map(tenant => [tenant.id, tenant]))
  const byHash = new Map<string, DirectoryEntry>()
  const byId = new Map<string, DirectoryEntry>()
  for (const { key, hash } of keys) {
    const entry: DirectoryEntry = {
      key,
      principal: {
        keyId: key.id,
        keyName: key.name,
        role: key.role,
        tenant: key.tenant,
        services: commonServices(
          key.services,
          key.tenant === undefined ? undefined : tenantsById.get(key.tenant)?.services,
        ),
      },
      expiresAtMs: key.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY,
    }
    byHash.set(hash, entry)
    byId.set(key.id, entry)
  }
  return { revision, byHash, byId, tenants: tenantsById }
}

/** What both the key and its tenant may use. */
function commonServices(
  ofKey: readonly string[] | undefined,
  ofTenant: readonly string[] | undefined,
): ReadonlySet<string> | undefined {
  if (ofKey === undefined || ofTenant === undefined) {
    const only = ofKey ?? ofTenant
    return only && new Set(only)
  }
  return new Set(ofKey).intersection(new Set(ofTenant))
}
