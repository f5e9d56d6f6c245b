import { randomBytes } from 'node:crypto'
import type { TenantConfig } from '../../foundation/config/index.ts'
import type { Database, Logger } from '../../foundation/platform/index.ts'
import type { Audit } from '../audit/index.ts'
import type { AccessContext, Caller } from './access-context.ts'
import { applyTenants } from './apply-tenants.ts'
import { findCaller } from './authenticate.ts'
import { createTenant, deleteTenant, updateTenant } from './change-tenant.ts'
import type { NewTenant, TenantChange } from './change-tenant.ts'
import { createKey } from './create-key.ts'
import type { NewKey } from './create-key.ts'
import { isAllowed } from './decision-table.ts'
import type { Resource } from './decision-table.ts'
import { followDirectory } from './directory-feed.ts'
import { ensureAdminKey } from './ensure-admin-key.ts'
import type { AdminKey } from './ensure-admin-key.ts'
import type { Key } from './key.ts'
import { listKeys } from './key-store.ts'
import { createKeyUsage } from './key-usage.ts'
import { loadPolicies } from './load-policies.ts'
import { openSession, renewSession } from './open-session.ts'
import { authorize, permissionsOf, visibleTenant } from './permission.ts'
import type { Principal } from './principal.ts'
import { revokeKey } from './revoke-key.ts'
import { offerSessionSecret } from './state-store.ts'
import { isLive } from './tenant.ts'
import type { Tenant } from './tenant.ts'

export interface AccessOptions {
  readonly database: Database
  readonly audit: Audit
  readonly logger: Logger
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** A folder of `.cedar` files, added to the built-in policies. */
  readonly policiesDirectory?: string
  /** How often the revision is read, in case an announcement was missed. */
  readonly pollIntervalMs?: number
  /** How often the times of last use are written. */
  readonly usageIntervalMs?: number
}

/** Who may come in, and what they may do. What the request path calls is synchronous and touches memory only. */
export interface Access {
  /**
   * The holder of the bearer key, or of the session cookie where `isSameOrigin`. Throws `unauthenticated`. About a
   * microsecond.
   */
  authenticate(headers: Headers, options: { isSameOrigin: boolean }): Principal
  /** Who the key with this id is now; `undefined` where it was revoked or has expired. Memory only. */
  principalOf(keyId: string): Principal | undefined
  /** Throws `forbidden`, with what is missing and who has it. `tenant: null` is the installation itself. */
  authorize(principal: Principal, action: string, resource?: Resource): void
  /** The same question without the exception. */
  isAllowed(principal: Principal, action: string, resource?: Resource): boolean
  /** Every action that the policies know. */
  readonly actions: ReadonlySet<string>
  permissionsOf(principal: Principal): string[]
  /** The tenant to filter a list by; `undefined` is all. Throws `forbidden`. */
  readonly visibleTenant: (principal: Principal, asked?: string) => string | undefined
  /** The tenant that a live key belongs to; `undefined` where it is the installation's, or there is none. Memory only. */
  tenantOfKey(id: string): string | undefined
  readonly keys: {
    create(input: NewKey, caller: Caller): Promise<{ key: Key; secret: string }>
    revoke(id: string, caller: Caller): Promise<void>
    list(filter: { tenant?: string | undefined; cursor?: string | undefined; limit: number }): Promise<Key[]>
  }
  readonly tenants: {
    create(input: NewTenant, caller: Caller): Promise<Tenant>
    update(id: string, change: TenantChange, caller: Caller): Promise<Tenant>
    delete(id: string, caller: Caller): Promise<void>
    /** Those that are in use, by id. Memory only. */
    list(): Tenant[]
    /** Makes the table agree with `tenants` of the configuration. Call it at start and after each reload. */
    apply(declared: Readonly<Record<string, TenantConfig>>): Promise<void>
  }
  readonly sessions: {
    /** A `Set-Cookie` header for the holder of the key. Throws `unauthenticated` or `forbidden`. */
    open(secret: string, request: Request, requestId: string): Promise<string>
    /** A `Set-Cookie` header where the request came with a session that is due for more time. */
    renew(request: Request): string | undefined
  }
  ensureAdminKey(options: { given?: string | undefined; dataDirectory: string }): Promise<AdminKey>
  /** Writes the times of last use and stops following. The database stays open. */
  close(): Promise<void>
}

export async function createAccess(options: AccessOptions): Promise<Access> {
  const { database, audit, logger, now = Date.now } = options
  const [table, sessionSecret] = await Promise.all([
    loadPolicies(options.policiesDirectory),
    offerSessionSecret(database, randomBytes(32).toString('base64url')),
  ])
  const feed = await followDirectory({ database, logger, pollIntervalMs: options.pollIntervalMs ?? 500 })
  const usage = createKeyUsage({ database, logger, intervalMs: options.usageIntervalMs ?? 10_000 })
  const context: AccessContext = { database, audit, table, feed, now }

  return {
    authenticate: (headers, { isSameOrigin }) => {
      const nowMs = now()
      const { principal } = findCaller(feed.current(), sessionSecret, headers, { isSameOrigin, nowMs })
      usage.note(principal.keyId, nowMs)
      return principal
    },
    principalOf: keyId => {
      const entry = feed.current().byId.get(keyId)
      return entry && entry.expiresAtMs > now() ? entry.principal : undefined
    },
    authorize: (principal, action, resource) => authorize(table, principal, action, resource),
    isAllowed: (principal, action, resource = {}) => isAllowed(table, principal, action, resource),
    actions: table.actions,
    permissionsOf: principal => permissionsOf(table, principal),
    visibleTenant,
    tenantOfKey: id => feed.current().byId.get(id)?.key.tenant,
    keys: {
      create: (input, caller) => createKey(context, input, caller),
      revoke: (id, caller) => revokeKey(context, id, caller),
      list: filter => listKeys(database, filter),
    },
    tenants: {
      create: (input, caller) => createTenant(context, input, caller),
      update: (id, change, caller) => updateTenant(context, id, change, caller),
      delete: (id, caller) => deleteTenant(context, id, caller),
      list: () => [...feed.current().tenants.values()].filter(isLive),
      apply: declared => applyTenants(context, declared),
    },
    sessions: {
      open: (secret, request, requestId) =>
        openSession(context, sessionSecret, { secret, request, requestId }),
      renew: request => renewSession(context, sessionSecret, request),
    },
    ensureAdminKey: adminKeyOptions => ensureAdminKey(context, adminKeyOptions),
    close: async () => {
      await feed.close()
      await usage.close()
    },
  }
}
