import type { ScopeLimits } from '../../api/types.ts'

/** What the dialog of `?edit=` is about: `new`, or a scope as `tenant:acme`. */
export type Edited = 'new' | Pick<ScopeLimits, 'scope' | 'id'>

const scopes = ['tenant', 'key', 'service'] as const satisfies readonly ScopeLimits['scope'][]

export function readEdited(text: string | null): Edited | undefined {
  if (text === null) return undefined
  if (text === 'new') return 'new'
  const [given, ...rest] = text.split(':')
  const scope = scopes.find(one => one === given)
  const id = rest.join(':')
  return scope === undefined || id === '' ? undefined : { scope, id }
}

export function writeEdited({ scope, id }: Pick<ScopeLimits, 'scope' | 'id'>): string {
  return `${scope}:${id}`
}

/** Those of the tenant, its keys and the service that the address names; all where it names none. */
export function withinScope(
  limits: readonly ScopeLimits[],
  { tenant, service }: { readonly tenant: string | undefined; readonly service: string | undefined },
  tenantOfKey: (id: string) => string | null | undefined,
): readonly ScopeLimits[] {
  if (tenant === undefined && service === undefined) return limits
  return limits.filter(({ scope, id }) => {
    if (scope === 'service') return id === service
    return tenant !== undefined && (scope === 'tenant' ? id : tenantOfKey(id)) === tenant
  })
}
