import { Failure } from '../../foundation/platform/index.ts'
import type { AccessContext } from './access-context.ts'
import type { DecisionTable } from './decision-table.ts'
import type { Principal, Role } from './principal.ts'

/** What a key gives its holder. */
export interface Grant {
  readonly role: Role
  /** `undefined` is the whole installation. */
  readonly tenant: string | undefined
  readonly services: readonly string[] | undefined
  readonly expiresAt: Date | undefined
}

/**
 * Throws `forbidden` where the grant holds anything that the principal does not hold itself: a permission, a place,
 * a service or time. Who can make keys cannot rise by making one.
 */
export function assertMayGrant(context: AccessContext, principal: Principal, grant: Grant): void {
  if (principal.tenant !== undefined && grant.tenant !== principal.tenant)
    throw new Failure(
      'forbidden',
      `This key belongs to the tenant \`${principal.tenant}\`; the keys it makes belong there too.`,
      { details: { parameter: 'tenant' } },
    )
  const missing = missingPermissions(context.table, principal, grant)
  if (missing.length > 0)
    throw new Failure(
      'forbidden',
      `A key cannot give more than it has: the role \`${grant.role}\` may \`${missing.join('`, `')}\`, and \`${principal.role}\` may not.`,
      { details: { parameter: 'role' } },
    )
  const own = context.feed.current().byId.get(principal.keyId)?.key
  if (own?.services !== undefined) {
    const allowed = new Set(own.services)
    if (!grant.services || grant.services.some(service => !allowed.has(service)))
      throw new Failure(
        'forbidden',
        `This key is limited to the services \`${own.services.join('`, `')}\`: list some of these in \`services\`.`,
        { details: { parameter: 'services' } },
      )
  }
  if (own?.expiresAt && (!grant.expiresAt || grant.expiresAt > own.expiresAt))
    throw new Failure(
      'forbidden',
      `This key expires at ${own.expiresAt.toISOString()}: the keys it makes must not outlive it. Set \`expires_at\`.`,
      { details: { parameter: 'expires_at' } },
    )
}

/** What the role would allow in its place and the principal may not do there. */
export function missingPermissions(
  table: DecisionTable,
  principal: Principal,
  { role, tenant }: Pick<Grant, 'role' | 'tenant'>,
): string[] {
  const given = table.allowed[role]
  const held = table.allowed[principal.role]
  const missing =
    tenant === undefined
      ? given.whole.listed
          .difference(held.whole.listed)
          .union(given.within.listed.difference(held.within.listed))
      : given.own.listed.difference(principal.tenant === undefined ? held.within.listed : held.own.listed)
  return [...missing].sort()
}
