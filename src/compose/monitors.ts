import { type ConfigSource, readsTexts } from '../foundation/config/index.ts'
import {
  type Database,
  Failure,
  type Logger,
  type MetricsRegistry,
  timeOfId,
} from '../foundation/platform/index.ts'
import type { Audit } from '../govern/audit/index.ts'
import { isRefusal } from '../improve/evaluation/index.ts'
import { tellEvent } from '../improve/pipelines/index.ts'
import type { DriftReports } from '../observe/drift/index.ts'
import {
  createMonitorFeed,
  createMonitorMetrics,
  createMonitorTroubles,
  createMover,
  type MonitorAlarm,
  monitorsRoutes,
  type ReferencePorts,
} from '../observe/monitors/index.ts'
import type { Gateway } from '../serve/gateway/index.ts'
import { readJudgedAnswer } from '../serve/guardrails/index.ts'
import { embedThrough } from './evaluation/embed-texts.ts'

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
    explain: async alarm => await explain(parts.drift(), alarm, hasTexts(snapshot().config, alarm)),
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
    routes: monitorsRoutes({ database, audit, snapshot, onChanged: () => mover.nudge() }),
    start: (): void => {
      if (isPrimary) mover.start()
    },
    stop: async (): Promise<void> => {
      if (isPrimary) await mover.stop()
    },
  }
}

interface ExplainedReference {
  readonly from: string
  readonly until: string
  readonly origin?:
    | { readonly kind: 'evaluation' }
    | { readonly kind: 'dataset'; readonly version: string; readonly column: string; readonly tenant: string }
}

/** Begins a drift report from the reference to what came since the change; its id is the alarm's, so that there is one. */
async function explain(
  drift: Pick<DriftReports, 'start'>,
  { id, monitor, service, sinceAt, lastRaisedAt, evidence }: MonitorAlarm,
  texts: boolean,
): Promise<unknown> {
  const reference = evidence['reference'] as ExplainedReference
  const { origin } = reference
  if (origin?.kind === 'evaluation')
    return { not_explained: 'An evaluation is no sample of traffic that it could be compared with.' }
  try {
    await drift.start(
      { tenant: undefined, datasetTenant: origin?.tenant, author: `monitor ${monitor}`, keyId: undefined },
      {
        ...(origin
          ? {
              reference: { dataset: origin.version },
              columns: [{ name: origin.column, current: 'question' }],
            }
          : { reference: { service, since: reference.from, until: reference.until }, texts }),
        current: {
          service,
          since: sinceAt.toISOString(),
          until: new Date(Math.max(lastRaisedAt.getTime(), sinceAt.getTime()) + 1_000).toISOString(),
        },
        seed: '0',
      },
      id,
    )
    return { drift_report: id }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { not_explained: error.message }
  }
}

/** Words explain an alarm where its monitor has been told to look at what is said. */
function hasTexts({ monitors }: Config, { monitor }: MonitorAlarm): boolean {
  return Object.values(monitors[monitor]?.streams ?? {}).some(readsTexts)
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
