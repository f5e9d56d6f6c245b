import type { EntityJson, EntityUidJson, TypeAndId } from '@cedar-policy/cedar-wasm'
import * as cedar from '@cedar-policy/cedar-wasm/nodejs'
import { relations } from './decision-table.ts'
import type { Relation } from './decision-table.ts'
import { roles } from './principal.ts'
import type { Role } from './principal.ts'

/** The texts of the schema and of the policy files, by file name. */
export interface PolicyTexts {
  readonly schema: string
  readonly files: Readonly<Record<string, string>>
}

/** The answers as JSON can carry them: role, relation, `listed` or `unlisted`, actions. */
export type Decisions =
  | { readonly problems: readonly string[] }
  | {
      readonly problems: undefined
      readonly actions: readonly string[]
      readonly allowed: Record<Role, Record<Relation, { listed: string[]; unlisted: string[] }>>
    }

const installation: TypeAndId = { type: 'Installation', id: 'this' }
const own: TypeAndId = { type: 'Tenant', id: 'own' }
const other: TypeAndId = { type: 'Tenant', id: 'other' }

const scenes: Readonly<Record<Relation, { readonly isTenantKey: boolean; readonly resource: TypeAndId }>> = {
  whole: { isTenantKey: false, resource: installation },
  within: { isTenantKey: false, resource: own },
  own: { isTenantKey: true, resource: own },
  foreign: { isTenantKey: true, resource: other },
  above: { isTenantKey: true, resource: installation },
}

interface Action {
  readonly id: string
  readonly groups: readonly string[]
  readonly resourceTypes: readonly string[]
}

/** Checks the policies against the schema, then asks Cedar every question that there is. */
export function decideAll(texts: PolicyTexts): Decisions {
  const schema = cedar.schemaToJson(texts.schema)
  if (schema.type === 'failure')
    return { problems: schema.errors.map(error => `The schema: ${error.message}`) }
  const policies: Record<string, string> = {}
  const problems: string[] = []
  for (const [file, text] of Object.entries(texts.files)) {
    const parts = cedar.policySetTextToParts(text)
    if (parts.type === 'failure') {
      for (const error of parts.errors) {
        const start = error.sourceLocations?.[0]?.start ?? 0
        problems.push(`${file}:${text.slice(0, start).split('\n').length}: ${error.message}`)
      }
      continue
    }
    if (parts.policy_templates.length > 0) problems.push(`${file}: write policies without slots`)
    for (const policy of parts.policies) {
      const name = `${file}: ${policy.replaceAll(/\s+/g, ' ').slice(0, 80)}`
      policies[name] = policy
      const named = namedEntity(cedar.policyToJson(policy))
      if (named)
        problems.push(
          `${name}: names ${named.type}::"${named.id}"; policies decide by Role and Action, not by single keys or tenants`,
        )
    }
  }
  const validation = cedar.validate({ schema: texts.schema, policies: { staticPolicies: policies } })
  if (validation.type === 'failure') problems.push(...validation.errors.map(error => error.message))
  else
    problems.push(
      ...validation.validationErrors.map(({ policyId, error }) => `${policyId}: ${error.message}`),
    )
  if (problems.length > 0) return { problems }

  cedar.preparsePolicySet('slipway', { staticPolicies: policies })
  const actions = Object.entries(schema.json['']?.actions ?? {})
    .map(([id, action]): Action => {
      const groups = action.memberOf?.map(group => group.id) ?? []
      return { id, groups, resourceTypes: action.appliesTo?.resourceTypes ?? [] }
    })
    // a group applies to nothing itself
    .filter(action => action.resourceTypes.length > 0)
  const allowed = Object.fromEntries(
    roles.map(role => [
      role,
      Object.fromEntries(
        relations.map(relation => {
          const listed = ask(role, relation, true, actions)
          // what a listed service does not allow, no other one does: half of the questions need not be asked
          const rest = actions.filter(action => listed.includes(action.id))
          return [relation, { listed, unlisted: ask(role, relation, false, rest) }]
        }),
      ),
    ]),
  ) as Record<Role, Record<Relation, { listed: string[]; unlisted: string[] }>>
  return { problems: undefined, actions: actions.map(action => action.id), allowed }
}

function ask(role: Role, relation: Relation, isServiceListed: boolean, actions: readonly Action[]): string[] {
  const { isTenantKey, resource } = scenes[relation]
  const principal: TypeAndId = { type: 'Key', id: 'asking' }
  const entities: EntityJson[] = [
    {
      uid: principal,
      attrs: isTenantKey ? { tenant: { __entity: own } } : {},
      parents: [{ type: 'Role', id: role }],
    },
    { uid: resource, attrs: {}, parents: resource === installation ? [] : [installation] },
  ]
  return actions
    .filter(action => action.resourceTypes.includes(resource.type))
    .filter(action => {
      const uid: TypeAndId = { type: 'Action', id: action.id }
      const groups = action.groups.map((id): EntityUidJson => ({ type: 'Action', id }))
      const answer = cedar.statefulIsAuthorized({
        principal,
        action: uid,
        resource,
        context: { isServiceListed },
        preparsedPolicySetId: 'slipway',
        entities: [...entities, { uid, attrs: {}, parents: groups }],
      })
      if (answer.type === 'failure') throw new Error(answer.errors.map(error => error.message).join('; '))
      return answer.response.decision === 'allow' && answer.response.diagnostics.errors.length === 0
    })
    .map(action => action.id)
}

/** The first entity that a policy names beside roles and actions: its answer could not be worked out ahead. */
function namedEntity(node: unknown): TypeAndId | undefined {
  if (typeof node !== 'object' || node === null) return undefined
  if ('type' in node && 'id' in node && typeof node.type === 'string' && typeof node.id === 'string')
    return node.type === 'Role' || node.type === 'Action' ? undefined : { type: node.type, id: node.id }
  for (const child of Object.values(node)) {
    const found = namedEntity(child)
    if (found) return found
  }
  return undefined
}
