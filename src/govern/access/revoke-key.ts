import { Failure } from '../../foundation/platform/index.ts'
import type { Queryable } from '../../foundation/platform/index.ts'
import type { Actor } from '../audit/index.ts'
import { actorOf, assertStillLive, changeAccess } from './access-context.ts'
import type { AccessContext, Caller } from './access-context.ts'
import { missingPermissions } from './grant.ts'
import type { Key } from './key.ts'
import { countOtherOwners, findKey, markRevoked } from './key-store.ts'
import { authorize } from './permission.ts'

/**
 * Ends a key and every session opened with it, on every replica. Throws `forbidden` for a key that can do more than
 * the caller's, `conflict` for the last owner key, `not_found` also for a key of another tenant. A key that is
 * revoked already stays as it is.
 */
export async function revokeKey(context: AccessContext, id: string, caller: Caller): Promise<void> {
  const { principal, requestId } = caller
  const key = await findKey(context.database, id)
  if (!key || (principal.tenant !== undefined && key.tenant !== principal.tenant))
    throw new Failure('not_found', `There is no key ${id}. GET /api/keys lists those there are.`)
  authorize(context.table, principal, 'key:revoke', { tenant: key.tenant ?? null })
  if (key.id !== principal.keyId && missingPermissions(context.table, principal, key).length > 0)
    throw new Failure(
      'forbidden',
      `The role \`${principal.role}\` cannot revoke a key with the role \`${key.role}\`, which may do more.`,
    )
  if (key.revokedAt) return
  await changeAccess(context, async transaction => {
    await assertStillLive(transaction, principal)
    await endKey(context, transaction, id, actorOf(principal), requestId)
  })
}

/** Within a change: marks the key revoked and records it. */
export async function endKey(
  context: AccessContext,
  transaction: Queryable,
  id: string,
  actor: Actor,
  requestId?: string,
): Promise<void> {
  const before = await findKey(transaction, id)
  if (!before || before.revokedAt) return
  const revokedAt = new Date(context.now())
  if (isInstallationOwner(before) && (await countOtherOwners(transaction, id, revokedAt)) === 0)
    throw new Failure(
      'conflict',
      'This is the last owner key of the installation. Create another one first; without it nobody could.',
    )
  await markRevoked(transaction, id, revokedAt)
  await context.audit.record(
    {
      actor,
      action: 'key:revoke',
      subject: `key:${id}`,
      tenant: before.tenant,
      before,
      after: { ...before, revokedAt },
      requestId,
    },
    transaction,
  )
}

function isInstallationOwner(key: Key): boolean {
  return key.role === 'owner' && key.tenant === undefined && key.services === undefined
}
