import { Failure, type Logger } from '../../../foundation/platform/index.ts'
import { systemActor } from '../../../govern/audit/index.ts'
import { type ExpressionScope, parseExpression, toCel } from '../declaration/expression.ts'
import { parsePipeline } from '../declaration/read-pipeline.ts'
import type { TriggerText } from '../declaration/pipeline-schema.ts'
import { renderAll } from '../declaration/template.ts'
import { findPipeline, type StoredPipeline } from '../definitions/pipeline-store.ts'
import type { Pipelines, RunAuthor } from '../pipelines.ts'
import { eventNames, type PipelineEvent, type PipelineParts, secretsOf } from '../ports.ts'
import { nextTick } from './cron.ts'
import { listEventTriggers, lockDueTrigger, setNextTick } from './trigger-store.ts'

export interface TriggerWorker {
  start(): void
  stop(): Promise<void>
  /** Begins what listens for it; the same event by its key only once. */
  tell(event: PipelineEvent): Promise<void>
}

const lookMs = 1_000
const mostAtOnce = 100

/** Begins runs at their times and after events. A time that passed while no server ran begins one run, not all that were missed. */
export function createTriggerWorker(
  options: Pick<PipelineParts, 'database' | 'kinds' | 'settings'> & {
    readonly logger: Logger
    readonly pipelines: Pick<Pipelines, 'begin'>
    readonly wake: () => void
    readonly now?: () => number
  },
): TriggerWorker {
  const { database, logger, pipelines, now = Date.now } = options
  let timer: ReturnType<typeof setInterval> | undefined
  let looking: Promise<void> | undefined

  function look(): void {
    looking ??= beginDue()
      .catch((error: unknown) => logger.warn({ err: error }, 'Times of pipelines could not be looked at.'))
      .finally(() => {
        looking = undefined
      })
  }

  async function beginDue(): Promise<void> {
    for (let count = 0; count < mostAtOnce; count += 1) {
      // the run is begun and the next time is set in one transaction
      const isFound = await database.transaction(async transaction => {
        const at = new Date(now())
        const due = await lockDueTrigger(transaction, at)
        if (!due) return false
        await setNextTick(transaction, due, nextTick(due.cron, due.timezone, at))
        const stored = await findPipeline(transaction, due.tenant, due.pipeline, due.version)
        const trigger = stored && declaredTrigger(stored, due.ordinal)
        if (!stored || !trigger) return true
        await refusable(stored, async () => {
          await pipelines.begin(
            authorOf(stored),
            {
              pipeline: stored.name,
              version: stored.version,
              parameters: parametersOf(trigger, {}),
              usesCache: true,
              trigger: 'cron',
              event: { due_at: due.dueAt.toISOString() },
              triggerKey: `cron ${due.ordinal} ${due.dueAt.toISOString()}`,
            },
            transaction,
          )
        })
        return true
      })
      if (!isFound) return
      options.wake()
    }
  }

  function declaredTrigger(stored: StoredPipeline, ordinal: number): TriggerText | undefined {
    try {
      return parsePipeline(stored.text, `${stored.name}.yaml`, {
        kinds: options.kinds,
        events: eventNames,
        secrets: secretsOf(options.settings(), stored.tenant),
      }).triggers[ordinal]
    } catch (error) {
      logger.warn({ err: error, pipeline: stored.name }, 'A pipeline was due and cannot be read any more.')
      return undefined
    }
  }

  /** What a pipeline refuses must not keep others from their times. */
  async function refusable(stored: StoredPipeline, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof Failure) || error.kind.status >= 500) throw error
      logger.warn({ err: error, pipeline: stored.name }, 'A pipeline was due and could not be begun.')
    }
  }

  return {
    start() {
      timer = setInterval(look, lookMs)
      look()
    },
    async stop() {
      clearInterval(timer)
      await looking
    },
    async tell({ name, tenant, key, facts }) {
      for (const listening of await listEventTriggers(database, tenant, name)) {
        const stored = await findPipeline(database, tenant, listening.pipeline, listening.version)
        const trigger = stored && declaredTrigger(stored, listening.ordinal)
        if (!stored || !trigger) continue
        await refusable(stored, async () => {
          if (!isWanted(trigger, facts)) return
          await pipelines.begin(authorOf(stored), {
            pipeline: stored.name,
            version: stored.version,
            parameters: parametersOf(trigger, facts),
            usesCache: true,
            trigger: 'event',
            event: { name, ...facts },
            triggerKey: `event ${listening.ordinal} ${name} ${key}`,
          })
        })
      }
    },
  }
}

const authorOf = (stored: StoredPipeline): RunAuthor => ({
  tenant: stored.tenant,
  actor: systemActor('pipelines'),
  author: stored.author,
  keyId: stored.keyId,
})

const scopeOf = (facts: Readonly<Record<string, unknown>>): ExpressionScope => ({
  parameters: {},
  matrix: {},
  stages: {},
  run: { id: '', trigger: 'event' },
  event: Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, toCel(value)])),
})

function isWanted({ where }: TriggerText, facts: Readonly<Record<string, unknown>>): boolean {
  if (where === undefined) return true
  const expression = parseExpression(where, 'bool')
  return 'evaluate' in expression && expression.evaluate(scopeOf(facts)) === true
}

const parametersOf = (
  { parameters }: TriggerText,
  facts: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> =>
  renderAll(parameters, scopeOf(facts)) as Readonly<Record<string, unknown>>
