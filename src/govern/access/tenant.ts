import { Failure } from '../../foundation/platform/index.ts'

/** The unit of isolation. */
export interface Tenant {
  readonly id: string
  readonly name: string | undefined
  /** The services that its keys may use; `undefined` means all. */
  readonly services: readonly string[] | undefined
  /** `file` is declared in the configuration and changed only there. */
  readonly source: 'file' | 'api'
  readonly createdAt: Date
  /** Set where it was deleted or is no longer declared: its keys do not work, its records stay. */
  readonly disabledAt: Date | undefined
}

/** The tenant of keys that belong to the whole installation; it always exists. */
export const defaultTenant = 'default'

export function isLive(tenant: Tenant): boolean {
  return tenant.disabledAt === undefined
}

/** Throws `conflict` where the configuration file is the place to change it. */
export function assertChangeableHere(tenant: Tenant): void {
  if (tenant.source === 'file')
    throw new Failure(
      'conflict',
      `The tenant \`${tenant.id}\` is declared in the configuration file (slipway.yaml), under \`tenants\`. Change it there.`,
    )
}

export function unknownTenant(id: string): Failure {
  return new Failure('not_found', `There is no tenant \`${id}\`. GET /api/tenants lists those there are.`, {
    details: { parameter: 'tenant' },
  })
}
