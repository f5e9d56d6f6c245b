import { Failure } from '../../foundation/platform/index.ts'
import { actorOf, assertStillLive, changeAccess } from './access-context.ts'
import type { AccessContext, Caller } from './access-context.ts'
import { findLiveKeysOfTenant } from './key-store.ts'
import { authorize } from './permission.ts'
import { endKey } from './revoke-key.ts'
import { assertChangeableHere, defaultTenant, isLive, unknownTenant } from './tenant.ts'
import type { Tenant } from './tenant.ts'
import { findTenant, saveTenant } from './tenant-store.ts'

export interface NewTenant {
  readonly id: string
  readonly name?: string | undefined
  readonly services?: readonly string[] | null | undefined
}

/** Throws `conflict` where the id is taken, also by a tenant that was deleted: its records still bear the id. */
export async function createTenant(
  context: AccessContext,
  input: NewTenant,
  { principal, requestId }: Caller,
): Promise<Tenant> {
  authorize(context.table, principal, 'tenant:create', { tenant: null })
  const tenant: Tenant = {
    id: input.id,
    name: input.name,
    services: input.services ?? undefined,
    source: 'api',
    createdAt: new Date(context.now()),
    disabledAt: undefined,
  }
  await changeAccess(context, async transaction => {
    await assertStillLive(transaction, principal)
    const existing = await findTenant(transaction, input.id)
    if (existing)
      throw new Failure(
        'conflict',
        isLive(existing)
          ? `The tenant \`${input.id}\` exists already.`
          : `A tenant \`${input.id}\` existed and its records are kept. Choose another id.`,
        { details: { parameter: 'id' } },
      )
    await saveTenant(transaction, tenant)
    await context.audit.record(
      {
        actor: actorOf(principal),
        action: 'tenant:create',
        subject: `tenant:${tenant.id}`,
        tenant: tenant.id,
        after: tenant,
        requestId,
      },
      transaction,
    )
  })
  return tenant
}

/** What is left out stays; `services: null` opens all of them. */
export interface TenantChange {
  readonly name?: string | null | undefined
  readonly services?: readonly string[] | null | undefined
}

/** Throws `not_found`, or `conflict` where the configuration file declares the tenant. */
export async function updateTenant(
  context: AccessContext,
  id: string,
  change: TenantChange,
  { principal, requestId }: Caller,
): Promise<Tenant> {
  authorize(context.table, principal, 'tenant:update', { tenant: null })
  return changeAccess(context, async transaction => {
    await assertStillLive(transaction, principal)
    const before = await findTenant(transaction, id)
    if (!before || !isLive(before)) throw unknownTenant(id)
    assertChangeableHere(before)
    const after: Tenant = {
      ...before,
      name: change.name === undefined ? before.name : (change.name ?? undefined),
      services: change.services === undefined ? before.services : (change.services ?? undefined),
    }
    await saveTenant(transaction, after)
    await context.audit.record(
      {
        actor: actorOf(principal),
        action: 'tenant:update',
        subject: `tenant:${id}`,
        tenant: id,
        before,
        after,
        requestId,
      },
      transaction,
    )
    return after
  })
}

/** Disables the tenant for good and revokes its keys; its records stay, and its id is not given out again. */
export async function deleteTenant(
  context: AccessContext,
  id: string,
  { principal, requestId }: Caller,
): Promise<void> {
  authorize(context.table, principal, 'tenant:delete', { tenant: null })
  if (id === defaultTenant)
    throw new Failure('conflict', `The tenant \`${defaultTenant}\` always exists and cannot be deleted.`)
  await changeAccess(context, async transaction => {
    await assertStillLive(transaction, principal)
    const before = await findTenant(transaction, id)
    if (!before || !isLive(before)) throw unknownTenant(id)
    assertChangeableHere(before)
    for (const key of await findLiveKeysOfTenant(transaction, id))
      await endKey(context, transaction, key.id, actorOf(principal), requestId)
    await saveTenant(transaction, { ...before, disabledAt: new Date(context.now()) })
    await context.audit.record(
      {
        actor: actorOf(principal),
        action: 'tenant:delete',
        subject: `tenant:${id}`,
        tenant: id,
        before,
        requestId,
      },
      transaction,
    )
  })
}
