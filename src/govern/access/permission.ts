import { Failure } from '../../foundation/platform/index.ts'
import { isAllowed, relationOf } from './decision-table.ts'
import type { DecisionTable, Resource } from './decision-table.ts'
import { roles } from './principal.ts'
import type { Principal } from './principal.ts'

/**
 * Throws `forbidden`, which names what is missing and who has it. An action that the schema does not know is a bug
 * and throws an `Error`.
 */
export function authorize(
  table: DecisionTable,
  principal: Principal,
  action: string,
  resource: Resource = {},
): void {
  if (isAllowed(table, principal, action, resource)) return
  if (!table.actions.has(action)) throw new Error(`The Cedar schema declares no action "${action}".`)
  throw new Failure('forbidden', explainRefusal(table, principal, action, resource), {
    details: { permission: action, role: principal.role },
  })
}

function explainRefusal(
  table: DecisionTable,
  principal: Principal,
  action: string,
  { tenant, service }: Resource,
): string {
  const relation = relationOf(principal, tenant)
  if (relation === 'foreign')
    return `This key belongs to the tenant \`${principal.tenant}\` and reaches no other. Use a key of the other tenant, or one of the whole installation.`
  const isRoleEnough = table.allowed[principal.role].whole.listed.has(action)
  if (
    isRoleEnough &&
    principal.tenant !== undefined &&
    (relation === 'above' || !isForTenants(table, action))
  )
    return `\`${action}\` here concerns the whole installation, and this key belongs to the tenant \`${principal.tenant}\`. Use a key of the whole installation.`
  if (isRoleEnough && service !== undefined && principal.services?.has(service) === false)
    return `This key may not use the service \`${service}\`, only ${list([...principal.services])}.`
  const able = roles.filter(role => table.allowed[role].whole.listed.has(action))
  return `The role \`${principal.role}\` of this key lacks the permission \`${action}\`. ${able.length > 0 ? `Use a key with the role ${list(able)}.` : 'No role has it.'}`
}

function isForTenants(table: DecisionTable, action: string): boolean {
  return roles.some(role => table.allowed[role].own.listed.has(action))
}

/** What the principal may do somewhere: within its tenant, or anywhere if it belongs to the installation. */
export function permissionsOf(table: DecisionTable, principal: Principal): string[] {
  const { whole, within, own } = table.allowed[principal.role]
  const actions = principal.tenant === undefined ? whole.listed.union(within.listed) : own.listed
  return [...actions].sort()
}

/**
 * The tenant by which a list is filtered: `undefined` is all of them. Throws `forbidden` where another tenant is
 * asked for than the one the principal belongs to, whether that exists or not.
 */
export function visibleTenant(principal: Principal, asked?: string): string | undefined {
  if (principal.tenant === undefined || asked === undefined || asked === principal.tenant)
    return principal.tenant ?? asked
  throw new Failure(
    'forbidden',
    `This key belongs to the tenant \`${principal.tenant}\` and sees no other. Leave out \`tenant\`, or use a key of the whole installation.`,
    { details: { parameter: 'tenant' } },
  )
}

function list(names: readonly string[]): string {
  const quoted = names.map(name => `\`${name}\``)
  return new Intl.ListFormat('en', { type: 'disjunction' }).format(quoted)
}
