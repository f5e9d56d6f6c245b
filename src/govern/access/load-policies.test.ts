import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Failure } from '../../foundation/platform/index.ts'
import { isAllowed, relations } from './decision-table.ts'
import type { Relation, Resource } from './decision-table.ts'
import { loadPolicies } from './load-policies.ts'
import { roles } from './principal.ts'
import type { Principal, Role } from './principal.ts'

// each set of policies is worked out in a process of its own, which takes seconds on a busy machine
setDefaultTimeout(120_000)

/** O: owner, P: operator, D: developer, R: reviewer, A: auditor, S: service. */
const withinTenants: Record<string, string> = {
  'session:read': 'OPDRAS',
  'session:create': 'OPDRA',
  'service:invoke': 'OPDS',
  'batch:use': 'OPDS',
  'span:send': 'OPDS',
  'batch:cancel': 'OPDS',
  'batch:list': 'OPDRA',
  'feedback:create': 'OPDRS',
  'inference:list': 'OPDRA',
  'inference:read': 'OPDRA',
  'overview:read': 'OPDRA',
  'service:list': 'OPDRA',
  'model:read': 'OPDRA',
  'tenant:list': 'OPDRA',
  'limit:list': 'OPDRA',
  'key:list': 'OPA',
  'key:create': 'OP',
  'key:revoke': 'OP',
  'audit:list': 'OA',
  'review:list': 'OPRA',
  'review:decide': 'OR',
  'review:unmask': 'OR',
  'review:manage': 'OP',
  'review:export': 'OP',
  'dataset:read': 'OPDRA',
  'dataset:write': 'OPD',
  'evaluation:read': 'OPDRA',
  'evaluation:run': 'OPD',
  'training:read': 'OPDRA',
  'training:run': 'OPD',
  'model:write': 'OPD',
  'model:approve': 'OPR',
  'model:sign': 'OP',
  'model:push': 'OP',
  'signing-key:manage': 'O',
  'drift:read': 'OPDRA',
  'drift:run': 'OPD',
  'pipeline:read': 'OPDRA',
  'pipeline:write': 'OPD',
  'pipeline:run': 'OPD',
  'pipeline:approve': 'OPR',
  'privacy-key:list': 'OPA',
  'conversation:list-unmaskings': 'OA',
}
const ofInstallation: Record<string, string> = {
  'engine:list': 'OPDA',
  'provider:list': 'OPDA',
  'configuration:read': 'OPDA',
  'system:read': 'OPDA',
  'queue:list': 'OPDA',
  'cache:list': 'OPDA',
  'guardrail:list': 'OPDA',
  'metric:read': 'OPDA',
  'alert:list': 'OPDA',
  'monitor:list': 'OPDA',
  'configuration:check': 'OPD',
  'configuration:publish': 'O',
  'configuration:rollback': 'O',
  'engine:restart': 'OP',
  'cache:clear': 'OP',
  'guardrail:report': 'OP',
  'alert:acknowledge': 'OP',
  'alert:silence': 'OP',
  'monitor:change': 'OP',
  'rollout:read': 'OPDRA',
  'rollout:write': 'OP',
  'rollout:approve': 'OPR',
  'channel:test': 'OP',
  'limit:update': 'OP',
  'dataset:collect': 'OP',
  'tenant:create': 'O',
  'tenant:update': 'O',
  'tenant:delete': 'O',
  'privacy-key:rotate': 'OP',
  'privacy-key:shred': 'O',
  'conversation:unmask': 'OP',
}
const letters: Record<Role, string> = {
  owner: 'O',
  operator: 'P',
  developer: 'D',
  reviewer: 'R',
  auditor: 'A',
  service: 'S',
}

const asked: Record<Relation, { tenant: string | undefined; resource: Resource }> = {
  whole: { tenant: undefined, resource: { tenant: null } },
  within: { tenant: undefined, resource: { tenant: 'a' } },
  own: { tenant: 'a', resource: { tenant: 'a' } },
  foreign: { tenant: 'a', resource: { tenant: 'b' } },
  above: { tenant: 'a', resource: { tenant: null } },
}

function principal(role: Role, tenant: string | undefined): Principal {
  return { keyId: 'k', keyName: 'k', role, tenant, services: new Set(['listed']) }
}

async function withPolicies<Result>(
  files: Record<string, string>,
  work: (directory: string) => Promise<Result>,
): Promise<Result> {
  const directory = await mkdtemp(path.join(tmpdir(), 'slipway-policies-'))
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(directory, name), text)
    return await work(directory)
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function refusal(files: Record<string, string>): Promise<Failure> {
  const error = await withPolicies(files, loadPolicies).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof Failure)) throw new Error('expected a Failure', { cause: error })
  return error
}

describe('loadPolicies', () => {
  it('decides every role, action, place and service as the table says', async () => {
    // worked out here, not read from what an earlier run kept
    const table = await loadPolicies(undefined, '/dev/null/nothing')
    expect([...table.actions].sort()).toEqual(
      [...Object.keys(withinTenants), ...Object.keys(ofInstallation)].sort(),
    )
    let decisions = 0
    for (const role of roles)
      for (const action of table.actions)
        for (const relation of relations)
          for (const service of [undefined, 'listed', 'unlisted']) {
            const { tenant, resource } = asked[relation]
            const able = withinTenants[action] ?? ofInstallation[action] ?? ''
            const isReached = action in withinTenants ? ['whole', 'within', 'own'] : ['whole']
            const expected =
              able.includes(letters[role]) && isReached.includes(relation) && service !== 'unlisted'
            const decided = isAllowed(table, principal(role, tenant), action, { ...resource, service })
            expect(`${role} ${action} ${relation} ${service}: ${decided}`).toBe(
              `${role} ${action} ${relation} ${service}: ${expected}`,
            )
            decisions += 1
          }
    expect(decisions).toBe(6 * Object.keys({ ...withinTenants, ...ofInstallation }).length * 5 * 3)
  })

  it('keeps what it worked out for the next process, and works it out again where that is of other policies or broken', async () => {
    await withPolicies({}, async directory => {
      const file = path.join(directory, 'kept.json')
      await loadPolicies(undefined, file)
      const kept = JSON.parse(await readFile(file, 'utf8')) as { stamp: string; decisions: object }
      const owner = principal('owner', undefined)
      /** What is decided where this was kept, under a name that was not read yet. */
      const decide = async (name: string, text: string, directoryOfMore?: string) => {
        const place = path.join(directory, name)
        await writeFile(place, text)
        return isAllowed(await loadPolicies(directoryOfMore, place), owner, 'service:invoke', {})
      }
      const nothing = Object.fromEntries(
        roles.map(role => [
          role,
          Object.fromEntries(relations.map(at => [at, { listed: [], unlisted: [] }])),
        ]),
      )
      const changed = JSON.stringify({ ...kept, decisions: { ...kept.decisions, allowed: nothing } })
      expect(await decide('changed.json', changed)).toBe(false)
      expect(await decide('broken.json', changed.slice(0, -1))).toBe(true)
      await writeFile(path.join(directory, 'more.cedar'), 'permit (principal, action, resource);')
      expect(await decide('of-others.json', changed, directory)).toBe(true)
    })
  })

  it('adds the policies of an operator, which allow and forbid more but open no wall', async () => {
    const table = await withPolicies(
      {
        'all.cedar': 'permit (principal, action, resource);',
        'less.cedar': 'forbid (principal in Role::"owner", action == Action::"service:invoke", resource);',
      },
      loadPolicies,
    )
    expect(isAllowed(table, principal('owner', undefined), 'service:invoke', {})).toBe(false)
    expect(isAllowed(table, principal('auditor', undefined), 'service:invoke', {})).toBe(true)
    for (const role of roles) {
      expect(isAllowed(table, principal(role, 'a'), 'key:create', { tenant: 'a' })).toBe(true)
      expect(isAllowed(table, principal(role, 'a'), 'key:create', { tenant: 'b' })).toBe(false)
      expect(isAllowed(table, principal(role, 'a'), 'key:create', { tenant: null })).toBe(false)
      expect(isAllowed(table, principal(role, 'a'), 'key:create', { service: 'unlisted' })).toBe(false)
    }
  })

  it('names the file and the line of a policy that cannot be read', async () => {
    const failure = await refusal({ 'broken.cedar': '// a\npermit (principal, action resource);' })
    expect(failure.code).toBe('invalid_configuration')
    expect(failure.message).toContain('broken.cedar:2:')
  })

  it('refuses roles and actions that the schema does not know', async () => {
    const unknown = await refusal({ 'role.cedar': 'permit (principal in Role::"king", action, resource);' })
    expect(unknown.message).toMatch(/role\.cedar: .*king/)
    const action = await refusal({ 'action.cedar': 'permit (principal, action == Action::"x:y", resource);' })
    expect(action.message).toMatch(/action\.cedar: .*x:y/)
  })

  it('refuses policies about single tenants, which a table worked out ahead could not honour', async () => {
    const scope = await refusal({
      'one.cedar': 'forbid (principal, action, resource == Tenant::"acme");',
    })
    expect(scope.message).toContain('Tenant::"acme"')
    const condition = await refusal({
      'two.cedar':
        'forbid (principal, action, resource) when { principal has tenant && principal.tenant == Tenant::"acme" };',
    })
    expect(condition.message).toContain('Tenant::"acme"')
  })

  it('says which folder it cannot read', async () => {
    expect(await loadPolicies('/nowhere/at/all').catch(String)).toContain('/nowhere/at/all')
  })
})
