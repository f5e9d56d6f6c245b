import { describe, expect, it } from 'bun:test'
import { Failure } from '../../foundation/platform/index.ts'
import { loadPolicies } from './load-policies.ts'
import { authorize, permissionsOf, visibleTenant } from './permission.ts'
import type { Principal, Role } from './principal.ts'

const table = await loadPolicies()

function principal(role: Role, tenant?: string, services?: string[]): Principal {
  return { keyId: 'k', keyName: 'k', role, tenant, services: services && new Set(services) }
}

function refusal(work: () => void): Failure {
  try {
    work()
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('authorize', () => {
  it('names the missing permission and the roles that have it', () => {
    const failure = refusal(() => authorize(table, principal('developer'), 'key:create'))
    expect(failure.code).toBe('forbidden')
    expect(failure.message).toBe(
      'The role `developer` of this key lacks the permission `key:create`. Use a key with the role `owner` or `operator`.',
    )
  })

  it('says that a key of a tenant reaches no other tenant, and not the installation', () => {
    const owner = principal('owner', 'a')
    expect(refusal(() => authorize(table, owner, 'key:list', { tenant: 'b' })).message).toContain(
      'belongs to the tenant `a` and reaches no other',
    )
    for (const ask of [
      () => authorize(table, owner, 'key:create', { tenant: null }),
      () => authorize(table, owner, 'engine:list'),
      () => authorize(table, owner, 'engine:list', { tenant: null }),
    ])
      expect(refusal(ask).message).toContain('Use a key of the whole installation')
  })

  it('says which services the key may use', () => {
    const service = principal('service', 'a', ['support', 'search'])
    authorize(table, service, 'service:invoke', { service: 'search' })
    expect(refusal(() => authorize(table, service, 'service:invoke', { service: 'x' })).message).toBe(
      'This key may not use the service `x`, only `support` or `search`.',
    )
  })

  it('treats an action that no schema declares as a bug', () => {
    expect(() => authorize(table, principal('owner'), 'typo:list')).toThrow('declares no action "typo:list"')
  })

  it('takes well under a microsecond when it allows', () => {
    const owner = principal('service', 'a', ['support'])
    const rounds = 200_000
    const start = performance.now()
    for (let round = 0; round < rounds; round += 1)
      authorize(table, owner, 'service:invoke', { tenant: 'a', service: 'support' })
    expect(((performance.now() - start) / rounds) * 1000).toBeLessThan(50)
  })
})

describe('permissionsOf', () => {
  it('leaves out for a key of a tenant what lies above tenants', () => {
    expect(permissionsOf(table, principal('developer'))).toContain('engine:list')
    expect(permissionsOf(table, principal('developer', 'a'))).not.toContain('engine:list')
    expect(permissionsOf(table, principal('service', 'a'))).toEqual([
      'batch:cancel',
      'batch:use',
      'feedback:create',
      'service:invoke',
      'session:read',
      'span:send',
    ])
  })
})

describe('visibleTenant', () => {
  it('is the own tenant for its keys, and what is asked for keys of the installation', () => {
    expect(visibleTenant(principal('owner', 'a'))).toBe('a')
    expect(visibleTenant(principal('owner', 'a'), 'a')).toBe('a')
    expect(visibleTenant(principal('owner'))).toBeUndefined()
    expect(visibleTenant(principal('owner'), 'b')).toBe('b')
  })

  it('refuses another tenant, whether that exists or not', () => {
    expect(refusal(() => visibleTenant(principal('owner', 'a'), 'b')).code).toBe('forbidden')
  })
})
