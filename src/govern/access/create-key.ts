import { createId, Failure } from '../../foundation/platform/index.ts'
import { actorOf, assertStillLive, changeAccess } from './access-context.ts'
import type { AccessContext, Caller } from './access-context.ts'
import { assertMayGrant } from './grant.ts'
import { generateSecret, hashSecret, visiblePrefix } from './key.ts'
import type { Key } from './key.ts'
import { insertKey } from './key-store.ts'
import { authorize } from './permission.ts'
import type { Role } from './principal.ts'
import { isLive, unknownTenant } from './tenant.ts'
import { findTenant } from './tenant-store.ts'

export interface NewKey {
  readonly name: string
  readonly role: Role
  /** `null` is the whole installation; left out, it is where the caller's own key belongs. */
  readonly tenant?: string | null | undefined
  readonly services?: readonly string[] | null | undefined
  readonly expiresAt?: Date | undefined
}

/**
 * Makes a key. Its secret is in the answer and nowhere else. Throws `forbidden` where the caller gives more than it
 * has, `not_found` for an unknown tenant.
 */
export async function createKey(
  context: AccessContext,
  input: NewKey,
  caller: Caller,
): Promise<{ key: Key; secret: string }> {
  const { principal, requestId } = caller
  const tenant = input.tenant === undefined ? principal.tenant : (input.tenant ?? undefined)
  const services = input.services ?? undefined
  authorize(context.table, principal, 'key:create', { tenant: tenant ?? null })
  assertMayGrant(context, principal, { role: input.role, tenant, services, expiresAt: input.expiresAt })
  const createdAt = new Date(context.now())
  if (input.expiresAt && input.expiresAt <= createdAt)
    throw new Failure(
      'invalid_request',
      '`expires_at` has passed. Give a time in the future, or leave it out.',
      {
        details: { parameter: 'expires_at' },
      },
    )
  const secret = generateSecret()
  const key: Key = {
    id: createId(),
    name: input.name,
    prefix: visiblePrefix(secret),
    role: input.role,
    tenant,
    services,
    createdAt,
    createdBy: principal.keyName,
    expiresAt: input.expiresAt,
    revokedAt: undefined,
    lastUsedAt: undefined,
    isBootstrap: false,
  }
  await changeAccess(context, async transaction => {
    await assertStillLive(transaction, principal)
    if (tenant !== undefined) {
      const found = await findTenant(transaction, tenant)
      if (!found || !isLive(found)) throw unknownTenant(tenant)
    }
    await insertKey(transaction, key, hashSecret(secret))
    await context.audit.record(
      {
        actor: actorOf(principal),
        action: 'key:create',
        subject: `key:${key.id}`,
        tenant,
        after: key,
        requestId,
      },
      transaction,
    )
  })
  return { key, secret }
}
