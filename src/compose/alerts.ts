import type { ConfigSnapshot, ConfigSource } from '../foundation/config/index.ts'
import type { Database, Logger, MetricsRegistry } from '../foundation/platform/index.ts'
import type { Audit } from '../govern/audit/index.ts'
import { tellEvent } from '../improve/pipelines/index.ts'
import {
  createDeliverer,
  createEvaluator,
  createSloCounter,
  type JudgedInference,
  type SpentBudget,
  type TroubleSource,
} from '../observe/alerts/index.ts'
import type { SeriesReader } from '../observe/metrics/index.ts'

/** Objectives are counted in every process; one process of each server can evaluate, and sends. */
export function composeAlerts(options: {
  readonly isPrimary: boolean
  readonly database: Database
  readonly logger: Logger
  readonly registry: MetricsRegistry
  readonly audit: Audit
  readonly reader: SeriesReader
  readonly configuration: ConfigSource
  readonly port: number
  readonly readBudgets: () => Promise<readonly SpentBudget[]>
  /** Domains that raise alerts of their own. */
  readonly sources: readonly TroubleSource[]
}) {
  const { isPrimary, configuration, port, registry } = options
  const snapshot = (): ConfigSnapshot => configuration.current()
  const consoleUrl = (): string =>
    (snapshot().config.alerts.publicUrl ?? `http://127.0.0.1:${port}`).replace(/\/$/, '')
  const counter = createSloCounter(registry)
  counter.apply(snapshot())
  configuration.subscribe(next => counter.apply(next))
  const deliverer = createDeliverer({ ...options, snapshot, consoleUrl })
  const evaluator = createEvaluator({
    ...options,
    snapshot,
    tellFired: async (transaction, alert) =>
      await tellEvent(transaction, {
        name: 'alert.fired',
        tenant: undefined,
        key: `${alert.id} ${alert.firedAt?.toISOString() ?? ''}`,
        facts: {
          alert: alert.id,
          source: alert.source,
          declaration: alert.name,
          severity: alert.severity,
          service: alert.labels['service'] ?? '',
          summary: alert.summary,
          value: alert.value,
          threshold: alert.threshold,
        },
      }),
    onNotification: () => deliverer.nudge(),
  })
  return {
    count: (inference: JudgedInference): void => counter.count(inference),
    consoleUrl,
    start: (): void => {
      if (!isPrimary) return
      evaluator.start()
      deliverer.start()
    },
    stop: async (): Promise<void> => {
      if (!isPrimary) return
      await evaluator.stop()
      await deliverer.stop()
    },
  }
}
