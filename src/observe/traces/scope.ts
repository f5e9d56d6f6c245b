import { Failure } from '../../foundation/platform/index.ts'
import type { Access, Principal } from '../../govern/access/index.ts'
import type { Inference } from './inference.ts'

/** What a caller may see, narrowed by what it asked for; `undefined` is no limit. */
export interface Scope {
  readonly tenant: string | undefined
  readonly services: readonly string[] | undefined
}

/** Throws `forbidden` where a tenant or a service is asked for that the key does not reach. */
export function scopeOf(
  principal: Principal,
  access: Pick<Access, 'visibleTenant'>,
  asked: { readonly tenant?: string | undefined; readonly service?: string | undefined },
): Scope {
  const tenant = access.visibleTenant(principal, asked.tenant)
  const { services } = principal
  if (asked.service === undefined) return { tenant, services: services && [...services] }
  if (services?.has(asked.service) === false) {
    throw new Failure(
      'forbidden',
      `This key may not see the service \`${asked.service}\`. Leave out \`service\`, or use a key without a list of services.`,
      { details: { parameter: 'service' } },
    )
  }
  return { tenant, services: [asked.service] }
}

export function isWithin(scope: Scope, inference: Inference): boolean {
  return (
    (scope.tenant === undefined || scope.tenant === inference.tenant) &&
    (scope.services === undefined || scope.services.includes(inference.service))
  )
}
