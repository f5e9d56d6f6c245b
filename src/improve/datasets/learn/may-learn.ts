import { type Database, Failure } from '../../../foundation/platform/index.ts'
import { type Permissions, refusalOf } from '../collect/consent.ts'
import type { Row } from '../dataset.ts'
import type { ResolvedVersion } from '../datasets.ts'
import { readChecks, traceOrigins } from './trace-origins.ts'

/** Why a service's traffic may not be learned from, for people. */
const reasons = {
  tenant_refuses: 'the tenant says `useForTraining: false`',
  service_refuses: 'the service says `useForTraining: false`',
  nobody_allowed: 'neither tenant nor service says `useForTraining: true`',
} as const

/**
 * Whether a version may be learned from: its checks hold, and where its rows come from traffic, that is allowed now and not only
 * when they were collected. Throws `invalid_request` that says why not; answers what has to be asked of each row.
 */
export async function mayLearnFrom(
  { database, permissions }: { readonly database: Database; readonly permissions: Permissions },
  tenant: string,
  resolved: ResolvedVersion,
): Promise<(row: Row) => void> {
  const name = `${resolved.dataset.name}@${resolved.version.number}`
  const failed = (await readChecks(database, resolved.version)).filter(
    ({ severity, outcome }) => severity === 'error' && outcome === 'failed',
  )
  if (failed.length > 0)
    throw new Failure(
      'invalid_request',
      `The dataset ${name} fails ${failed.length === 1 ? 'a check' : 'checks'} of severity error: ${failed
        .slice(0, 5)
        .map(({ check }) => check)
        .join(', ')}. Mend its rows and publish them, or change its definition and check the version again.`,
    )
  const origins = await traceOrigins(database, tenant, resolved.version)
  const isTraffic = origins.some(
    ({ kind }) => kind === 'inferences' || kind === 'feedback' || kind === 'reviews',
  )
  if (!isTraffic) return () => undefined
  const known = new Map<string, Failure | undefined>()
  const refusal = (service: string): Failure | undefined => {
    const reason = refusalOf(permissions, tenant, service)
    return reason === undefined
      ? undefined
      : new Failure(
          'invalid_request',
          `The dataset ${name} holds traffic of ${service === '' ? 'the tenant' : `the service \`${service}\``}, which may not be learned from: ${reasons[reason as keyof typeof reasons]}.`,
        )
  }
  return row => {
    const service = typeof row['service'] === 'string' ? row['service'] : ''
    if (!known.has(service)) known.set(service, refusal(service))
    const failure = known.get(service)
    if (failure) throw failure
  }
}
