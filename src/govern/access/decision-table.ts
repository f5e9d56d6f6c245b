import type { Principal, Role } from './principal.ts'

/** How the thing asked for lies to the key that asks. */
export const relations = [
  /** A key of the whole installation, and the installation itself. */
  'whole',
  /** A key of the whole installation, and something of a tenant. */
  'within',
  /** A key of a tenant, and something of that tenant. */
  'own',
  /** A key of a tenant, and something of another tenant. */
  'foreign',
  /** A key of a tenant, and the installation itself. */
  'above',
] as const
export type Relation = (typeof relations)[number]

/** The actions allowed, for a service that the key may use (or none at all) and for any other. */
export interface Allowed {
  readonly listed: ReadonlySet<string>
  readonly unlisted: ReadonlySet<string>
}

/** Every answer that the Cedar policies give, worked out once. */
export interface DecisionTable {
  readonly actions: ReadonlySet<string>
  readonly allowed: Readonly<Record<Role, Readonly<Record<Relation, Allowed>>>>
}

/** What is asked for: the caller's own place by default. `tenant: null` is the installation itself. */
export interface Resource {
  readonly tenant?: string | null | undefined
  readonly service?: string | undefined
}

export function relationOf(principal: Principal, tenant: string | null | undefined): Relation {
  if (principal.tenant === undefined) return typeof tenant === 'string' ? 'within' : 'whole'
  if (tenant === undefined || tenant === principal.tenant) return 'own'
  return tenant === null ? 'above' : 'foreign'
}

/** A lookup in memory, some tens of nanoseconds. */
export function isAllowed(
  table: DecisionTable,
  principal: Principal,
  action: string,
  { tenant, service }: Resource,
): boolean {
  const isListed =
    service === undefined || principal.services === undefined || principal.services.has(service)
  const allowed = table.allowed[principal.role][relationOf(principal, tenant)]
  return (isListed ? allowed.listed : allowed.unlisted).has(action)
}
