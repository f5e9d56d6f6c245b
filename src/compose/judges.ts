import type { ConfigSource, JudgeConfig } from '../foundation/config/index.ts'
import { judgeHash } from '../foundation/config/index.ts'
import type { Database, Jobs, MetricsRegistry, Queryable } from '../foundation/platform/index.ts'
import type { Access } from '../govern/access/index.ts'
import {
  createJudgeQueue,
  createScoreMetrics,
  type Judge,
  judgeInferences,
  type JudgeInferencesOptions,
  scoresRoutes,
} from '../observe/scores/index.ts'
import { findMaskedContent, type Inference, type Traces } from '../observe/traces/index.ts'
import { type AskService, judgeAnswer, maskRationale, readJudgedAnswer } from '../serve/guardrails/index.ts'

interface JudgesParts {
  readonly database: Database
  readonly configuration: ConfigSource
  readonly jobs: Jobs
  readonly registry: MetricsRegistry
  readonly ask: AskService
  readonly onScore: NonNullable<JudgeInferencesOptions['onScore']>
}

/** Judges, which ask services of ours through the gateway, and the scores that they give. */
export function composeJudges(parts: JudgesParts) {
  const { database, configuration, jobs, registry, ask } = parts
  const metrics = createScoreMetrics(registry)
  const current = memoised(() => configuration.current().config)
  const job = judgeInferences({
    database,
    judges: () => current().judges,
    readContent: id => findMaskedContent(database, id),
    retentionDays: () => configuration.current().config.traces.retentionDays,
    metrics,
    onScore: parts.onScore,
    judgeOne: async ({ name }, { service, tenant }, content, signal, spent) => {
      const config = configuration.current().config.judges[name]
      const answer = readJudgedAnswer(content.value)
      if (!config || !answer) return undefined
      const found = await judgeAnswer(ask, { name, config, answer, service, tenant, signal, spent })
      const { rationale } = found
      return { ...found, rationale: rationale === undefined ? undefined : await maskRationale(rationale) }
    },
  })
  jobs.register(job)
  // whatever was missed, and what was put off
  jobs.schedule(job.name, '* * * * *')
  let isStarted = false
  const queue = createJudgeQueue({
    judgesOf: service => current().byService.get(service) ?? [],
    metrics,
    onQueued: () => {
      if (isStarted) jobs.send(job.name, {}, { key: 'next', startAfter: 1 }).catch(() => undefined)
    },
  })
  return {
    /** Hears of inferences that are being stored. */
    onStored: (transaction: Queryable, inferences: readonly Inference[]): Promise<void> =>
      queue(transaction, inferences),
    /** The jobs run: from now on they are told at once. */
    start(): void {
      isStarted = true
    },
    routes: (traces: Traces, access: Access) =>
      scoresRoutes({ database, traces, access, judges: () => current().judges }),
  }
}

type Config = ReturnType<ConfigSource['current']>['config']

/** Judges are looked up for every inference, and change with the configuration only. */
function memoised(config: () => Config) {
  let known: Config | undefined
  let judges: readonly Judge[] = []
  let byService = new Map<string, readonly Judge[]>()
  return () => {
    const now = config()
    if (now !== known) {
      known = now
      judges = Object.entries(now.judges).map(([name, judge]) => toJudge(name, judge, now))
      byService = new Map(
        Object.entries(now.services).flatMap(([service, { judges: named }]) =>
          named ? [[service, judges.filter(judge => named.includes(judge.name))] as const] : [],
        ),
      )
    }
    return { judges, byService }
  }
}

function toJudge(name: string, judge: JudgeConfig, { services }: Config): Judge {
  return {
    name,
    hash: judgeHash(name, judge),
    kind: judge.kind,
    description: judge.description,
    service: judge.service,
    rubricVersion: judge.kind === 'rubric' ? judge.rubric.version : undefined,
    samplePercent: judge.samplePercent,
    nanoUsdPerDay: judge.usdPerDay === undefined ? undefined : Math.round(judge.usdPerDay * 1e9),
    judges: Object.keys(services).filter(service => services[service]?.judges?.includes(name)),
  }
}
