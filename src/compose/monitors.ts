import type { ConfigSource } from '../foundation/config/index.ts'
import { type Database, type Logger, type MetricsRegistry, timeOfId } from '../foundation/platform/index.ts'
import type { Audit } from '../govern/audit/index.ts'
import { isRefusal } from '../improve/evaluation/index.ts'
import { tellEvent } from '../improve/pipelines/index.ts'
import type { DriftReports } from '../observe/drift/index.ts'
import {
  createMonitorFeed,
  createMonitorMetrics,
  createMonitorTroubles,
  createMover,
  monitorsRoutes,
  type ReferencePorts,
} from '../observe/monitors/index.ts'
import type { Gateway } from '../serve/gateway/index.ts'
import { readJudgedAnswer } from '../serve/guardrails/index.ts'
import { embedThrough } from './evaluation/embed-texts.ts'
import { explainAlarm } from './explain-alarm.ts'

/** Monitors: every process feeds them, one process of each server can move them. */
export function composeMonitors(parts: {
  readonly isPrimary: boolean
  readonly database: Database
  readonly logger: Logger
  readonly registry: MetricsRegistry
  readonly audit: Audit
  readonly configuration: ConfigSource
  readonly gateway: () => Gateway
  readonly drift: () => Pick<DriftReports, 'start'>
  readonly references: ReferencePorts
}) {
  const { isPrimary, database, audit, configuration, registry } = parts
  const snapshot = () => configuration.current()
  const metrics = createMonitorMetrics(registry)
  const mover = createMover({
    ...parts,
    snapshot,
    metrics,
    texts: {
      readTexts: content => {
        const answer = readJudgedAnswer(content)
        if (!answer) return undefined
        const { text, question } = answer
        return {
          question,
          answer: text,
          isRefusal: isRefusal({ text, body: undefined, finishReason: undefined }),
        }
      },
      embed: async (service, texts, signal) =>
        (
          await embedThrough(parts.gateway(), {
            name: 'monitor:texts',
            tenant: undefined,
            service,
            texts,
            signal,
          })
        ).vectors,
    },
    references: parts.references,
    onAlarm: async (transaction, { id, monitor, service, stream, sinceAt, summary }) =>
      await tellEvent(transaction, {
        name: 'monitor.alarm',
        tenant: undefined,
        key: id,
        facts: { monitor, service, stream, since: sinceAt.toISOString(), summary, alarm: id },
      }),
    explain: async alarm => await explainAlarm(parts.drift(), snapshot().config, alarm),
  })
  const feed = createMonitorFeed({
    isWatched: memoised(() => snapshot().config),
    timeOf: id => timeOfId(id) ?? 0,
    metrics,
    onFed: () => mover.nudge(),
  })
  return {
    feed,
    troubles: createMonitorTroubles(database, snapshot),
    routes: monitorsRoutes({
      database,
      audit,
      snapshot,
      references: parts.references,
      onChanged: () => mover.nudge(),
    }),
    start: (): void => {
      if (isPrimary) mover.start()
    },
    stop: async (): Promise<void> => {
      if (isPrimary) await mover.stop()
    },
  }
}

type Config = ReturnType<ConfigSource['current']>['config']

/** Asked for every inference, and changes with the configuration only. */
function memoised(config: () => Config): (service: string) => boolean {
  let known: Config | undefined
  let services = new Set<string>()
  return service => {
    const now = config()
    if (now !== known) {
      known = now
      services = new Set(Object.values(now.monitors).map(monitor => monitor.service))
    }
    return services.has(service)
  }
}
