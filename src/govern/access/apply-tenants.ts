import type { TenantConfig } from '../../foundation/config/index.ts'
import type { Queryable } from '../../foundation/platform/index.ts'
import { systemActor } from '../audit/index.ts'
import { changeAccess } from './access-context.ts'
import type { AccessContext } from './access-context.ts'
import { defaultTenant } from './tenant.ts'
import type { Tenant } from './tenant.ts'
import { readTenants, saveTenant } from './tenant-store.ts'

type Declared = Readonly<Record<string, TenantConfig>>

/**
 * Makes the table agree with the tenants that the configuration file declares. A declared tenant belongs to the
 * file, even where the API had made it. One that is no longer declared is disabled: its keys stop working and work
 * again when it comes back. Does nothing, and writes nothing, where the two agree already.
 */
export async function applyTenants(context: AccessContext, declared: Declared): Promise<void> {
  const known = [...context.feed.current().tenants.values()]
  if (differences(known, declared, new Date(context.now())).length === 0) return
  await changeAccess(context, async transaction => {
    const now = new Date(context.now())
    for (const difference of differences(await readTenants(transaction), declared, now))
      await apply(context, transaction, difference)
  })
}

interface Difference {
  readonly action: 'tenant:create' | 'tenant:update' | 'tenant:delete'
  readonly before: Tenant | undefined
  readonly after: Tenant
}

function differences(known: readonly Tenant[], declared: Declared, now: Date): Difference[] {
  const byId = new Map(known.map(tenant => [tenant.id, tenant]))
  const found: Difference[] = []
  for (const [id, { name, services }] of Object.entries(declared)) {
    const before = byId.get(id)
    const after: Tenant = {
      id,
      name,
      services,
      source: 'file',
      createdAt: before?.createdAt ?? now,
      disabledAt: undefined,
    }
    if (!before) found.push({ action: 'tenant:create', before, after })
    else if (!isSame(before, after)) found.push({ action: 'tenant:update', before, after })
  }
  for (const before of known) {
    if (before.source !== 'file' || Object.hasOwn(declared, before.id)) continue
    if (before.id === defaultTenant) {
      const after: Tenant = { ...before, name: undefined, services: undefined, source: 'api' }
      found.push({ action: 'tenant:update', before, after })
    } else if (!before.disabledAt)
      found.push({ action: 'tenant:delete', before, after: { ...before, disabledAt: now } })
  }
  return found
}

function isSame(a: Tenant, b: Tenant): boolean {
  return (
    a.name === b.name &&
    a.source === b.source &&
    a.disabledAt === b.disabledAt &&
    JSON.stringify(a.services) === JSON.stringify(b.services)
  )
}

async function apply(
  context: AccessContext,
  transaction: Queryable,
  { action, before, after }: Difference,
): Promise<void> {
  await saveTenant(transaction, after)
  await context.audit.record(
    {
      actor: systemActor('configuration file'),
      action,
      subject: `tenant:${after.id}`,
      tenant: after.id,
      before,
      after: after.disabledAt ? undefined : after,
    },
    transaction,
  )
}
