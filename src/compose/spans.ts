import type { ConfigSnapshot, SpansConfig } from '../foundation/config/index.ts'
import type { Database, Logger, MetricsRegistry } from '../foundation/platform/index.ts'
import type { Access, Principal } from '../govern/access/index.ts'
import { createSpanKeeper, createSpanReceiver } from '../observe/traces/index.ts'

/** Takes the spans of applications over OTLP, each tenant's by what the configuration in force says of it. */
export function composeSpans(parts: {
  readonly database: Database
  readonly logger: Logger
  readonly metrics: MetricsRegistry
  readonly access: Pick<Access, 'authorize'>
  readonly authenticate: (request: Request) => Principal
  readonly snapshot: () => ConfigSnapshot
}) {
  const { database, logger, metrics, access, authenticate, snapshot } = parts
  const keeper = createSpanKeeper({ database, logger, metrics })
  let known: ConfigSnapshot | undefined
  const ofTenants = new Map<string, SpansConfig>()

  function settings(tenant: string): SpansConfig {
    const current = snapshot()
    if (current !== known) ofTenants.clear()
    known = current
    const found = ofTenants.get(tenant)
    if (found) return found
    const own = Object.entries(current.config.tenants[tenant]?.spans ?? {}).filter(
      ([, value]) => value !== undefined,
    )
    const merged: SpansConfig = { ...current.config.traces.spans, ...Object.fromEntries(own) }
    ofTenants.set(tenant, merged)
    return merged
  }

  return {
    receive: createSpanReceiver({
      authenticate,
      authorize: principal => access.authorize(principal, 'span:send'),
      settings,
      retentionDays: () => snapshot().config.traces.retentionDays,
      keeper,
      metrics,
      onFailure: (failure, requestId) =>
        logger[failure.kind.level]({ err: failure, requestId }, 'Spans were not taken.'),
      onBug: (error, requestId) =>
        logger.error({ err: error, requestId }, 'A bug broke a request with spans.'),
    }),
    stop: async () => await keeper.stop(),
  }
}
