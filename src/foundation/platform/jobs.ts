import { isDeepStrictEqual } from 'node:util'
import type { SendOptions } from 'pg-boss'
import type { z } from 'zod'
import type { Queryable } from './database.ts'
import { Failure } from './failure.ts'
import type { Logger } from './logger.ts'
import { lateLibraries } from './late-libraries.ts'
import { toStorageFailure } from './postgres/storage-failures.ts'

/**
 * A piece of background work. It may run twice, after a crash or where it took longer than `timeoutSeconds`, so it
 * carries ids and looks at the rows again: the rows are the truth, a job only says "look at this one".
 */
export interface Job<Schema extends z.ZodType = z.ZodType> {
  /** Verb first: `roll-up-usage`. */
  readonly name: string
  readonly schema: Schema
  run(data: z.output<Schema>, context: JobContext): Promise<void>
  /** How often it is tried again after it threw, with growing pauses; 5 by default. */
  readonly retries?: number
  /** How many run at once in this process; 1 by default. */
  readonly concurrency?: number
  /** When a run counts as lost and is tried again, in seconds; 900 by default. */
  readonly timeoutSeconds?: number
}

export interface JobContext {
  readonly jobId: string
  readonly logger: Logger
  /** Aborts when the job has taken too long or the server stops. */
  readonly signal: AbortSignal
}

export interface JobSendOptions {
  /** Seconds from now, or the moment, before which it does not run. */
  readonly startAfter?: number | Date
  /** While a job of this name and key waits, another one is not added. */
  readonly key?: string
  /** Adds the job with this transaction: it exists if and only if the transaction commits. */
  readonly transaction?: Queryable
}

export interface Jobs {
  /** Declares a job, before `start`. */
  register<Schema extends z.ZodType>(job: Job<Schema>): void
  /** Queues a registered job; returns its id, or `undefined` where one with the same key waits already. */
  send(name: string, data: object, options?: JobSendOptions): Promise<string | undefined>
  /** Queues a registered job at the times of a five-field cron expression in UTC, once however many replicas run. */
  schedule(name: string, cron: string, data?: object): void
  start(): Promise<void>
  /** Takes no more work, waits for what runs, at most `timeoutSeconds`, then aborts it; it is run again later. */
  stop(options?: { timeoutSeconds?: number }): Promise<void>
}

/** Keeps the type of a job's schema together with its `run`. */
export function defineJob<Schema extends z.ZodType>(job: Job<Schema>): Job<Schema> {
  return job
}

const schema = 'jobs'
const usualStopSeconds = 20
/** How late a job may be that waits for its moment. */
const pollingIntervalSeconds = 2

function has(found: object, wanted: object): boolean {
  return isDeepStrictEqual({ ...found, ...wanted }, found)
}

/** The queue, kept in the schema `jobs` of the same Postgres by pg-boss, over at most three connections and one to listen. */
export function createJobs(options: {
  url: string
  logger: Logger
  /** Queues and does nothing itself: another process has started the queue and works. */
  isSenderOnly?: boolean
}): Jobs {
  const { logger, isSenderOnly = false } = options
  const jobs = new Map<string, Job>()
  const schedules = new Map<string, { cron: string; data: object }>()
  const stopping = new AbortController()
  const { PgBoss } = lateLibraries.pgBoss()
  const boss = new PgBoss({
    connectionString: options.url,
    application_name: 'slipway jobs',
    schema,
    max: isSenderOnly ? 1 : 3,
    useListenNotify: !isSenderOnly,
    ...(isSenderOnly && { supervise: false, schedule: false, migrate: false }),
    reindex: false,
  })
  boss.on('error', error => logger.warn({ err: toStorageFailure(error) }, 'the job queue has a problem'))
  boss.on('warning', warning => logger.debug({ warning: warning.message }, 'the job queue warns'))
  let started: Promise<void> | undefined

  async function start(): Promise<void> {
    await boss.start()
    if (isSenderOnly) return
    await declareQueues()
    await declareSchedules()
    for (const job of jobs.values()) {
      const workOptions = {
        localConcurrency: job.concurrency ?? 1,
        pollingIntervalSeconds,
        // what is sent is told at once; only what waits for a moment or is tried again has to be looked for
        notifyPollingIntervalSeconds: schedules.has(job.name) ? 30 : pollingIntervalSeconds,
      }
      await boss.work<unknown>(job.name, workOptions, async ([queued]) => {
        if (queued)
          await run(job, queued.data ?? {}, queued.id, AbortSignal.any([queued.signal, stopping.signal]))
      })
    }
  }

  /** Makes queues that are new and brings older ones up to date; most starts find all as they should be. */
  async function declareQueues(): Promise<void> {
    const found = new Map((await boss.getQueues()).map(queue => [queue.name, queue]))
    for (const job of jobs.values()) {
      const settings = {
        notify: true,
        retryLimit: job.retries ?? 5,
        retryDelay: 1,
        retryBackoff: true,
        retryDelayMax: 300,
        expireInSeconds: job.timeoutSeconds ?? 900,
      }
      const queue = found.get(job.name)
      if (!queue) await boss.createQueue(job.name, { policy: 'short', ...settings })
      else if (!has(queue, settings)) await boss.updateQueue(job.name, settings)
    }
  }

  async function declareSchedules(): Promise<void> {
    const found = await boss.getSchedules()
    for (const { name } of found) if (!schedules.has(name)) await boss.unschedule(name)
    for (const [name, wanted] of schedules)
      if (!found.some(schedule => schedule.name === name && has(schedule, wanted)))
        await boss.schedule(name, wanted.cron, wanted.data)
  }

  async function run(job: Job, data: unknown, jobId: string, signal: AbortSignal): Promise<void> {
    const jobLogger = logger.child({ job: job.name, job_id: jobId })
    const startedAtMs = performance.now()
    try {
      await job.run(job.schema.parse(data), { jobId, logger: jobLogger, signal })
      jobLogger.debug({ seconds: (performance.now() - startedAtMs) / 1000 }, 'job done')
    } catch (error) {
      jobLogger.warn({ err: error }, 'job failed; it is tried again where retries are left')
      throw error
    }
  }

  function known(name: string): Job {
    const job = jobs.get(name)
    if (!job) throw new Error(`No job is registered as ${name}.`)
    return job
  }

  return {
    register(job) {
      if (jobs.has(job.name)) throw new Error(`Two jobs are registered as ${job.name}.`)
      jobs.set(job.name, job)
    },
    schedule(name, cron, data = {}) {
      known(name).schema.parse(data)
      schedules.set(name, { cron, data })
    },
    async send(name, data, sendOptions = {}) {
      known(name).schema.parse(data)
      if (!started) throw new Failure('not_ready', 'The job queue has not started yet; try again shortly.')
      await started
      const { transaction } = sendOptions
      const bossOptions: SendOptions = {
        // without a key of its own every job is one of a kind
        singletonKey: sendOptions.key ?? crypto.randomUUID(),
        ...(sendOptions.startAfter !== undefined && { startAfter: sendOptions.startAfter }),
        ...(transaction && {
          db: { executeSql: async (text, values) => ({ rows: await transaction.query(text, values) }) },
        }),
      }
      try {
        return (await boss.send(name, data, bossOptions)) ?? undefined
      } catch (error) {
        throw toStorageFailure(error)
      }
    },
    async start() {
      started ??= start()
      await started
    },
    async stop({ timeoutSeconds = usualStopSeconds } = {}) {
      if (!started) return
      await started.catch(() => {})
      const timer = setTimeout(() => stopping.abort(), timeoutSeconds * 1000)
      try {
        // a second more, so that what was aborted can still say so
        await boss.stop({ graceful: true, timeout: (timeoutSeconds + 1) * 1000 })
      } finally {
        clearTimeout(timer)
      }
    },
  }
}
