import { setTimeout as sleep } from 'node:timers/promises'
import { Counter, Gauge, Histogram } from 'prom-client'
import { Backlog, createId, sqlState, timeOfId } from '../../foundation/platform/index.ts'
import type { Database, Logger, MetricsRegistry } from '../../foundation/platform/index.ts'

import { addDays, dayOf } from './day.ts'
import { createDayPartitions } from './day-partitions-store.ts'
import { appendVerdicts, findInference } from './inference-store.ts'
import type { Inference } from './inference.ts'
import type { InferenceVerdict } from './verdict.ts'
import { createLiveTail } from './live-tail.ts'
import type { LiveTail } from './live-tail.ts'
import { createOtlpExporter } from './otlp-exporter.ts'
import type { OtlpSettings } from './otlp-exporter.ts'
import { estimateBytes } from './stored-content.ts'
import { type OnStored, storeBatch } from './store-batch.ts'

/** Why inferences were not stored. */
export type LossCause =
  /** The database was away or slow for longer than the queue holds. */
  | 'queue_full'
  /** The database refuses this row whatever we do; the log says why. */
  | 'rejected'
  /** The time of its id is before the retention or more than two days ahead. */
  | 'out_of_range'
  /** Recorded after the end, or still queued when the time to stop was over. */
  | 'stopped'
  | 'shutdown'
  /** A bug of ours. */
  | 'error'

export interface TracesOptions {
  /** Read again for every batch, so that a changed configuration holds at once. */
  readonly retentionDays: () => number
  /** Where spans go; `undefined` exports none. Read for every inference. */
  readonly otlp?: () => OtlpSettings | undefined
  readonly maxQueuedInferences?: number
  readonly maxQueuedBytes?: number
  readonly batchInferences?: number
  /** How long an inference waits in memory: what `kill -9` may cost, with the time of one write. */
  readonly intervalMs?: number
  /** How much of a request, and of a response, is kept. */
  readonly contentLimitBytes?: number
  readonly now?: () => number
  /** Called within the transaction that stores a batch, with those that are new. */
  readonly onStored?: OnStored
}

export interface Traces {
  /** Takes an inference that has ended. Memory only, O(1), never throws; losses are counted. */
  record(inference: Inference): void
  /** Adds verdicts that came after an inference was recorded. Waits for it where it is still on its way. */
  addVerdicts(id: string, verdicts: readonly InferenceVerdict[], verdict: string | undefined): Promise<void>
  /** Stores what is queued now. Resolves with whether all of it was within `timeoutMs` (5 s by default). */
  flush(timeoutMs?: number): Promise<boolean>
  /** Takes no more, stores and exports what it can within `timeoutMs` (5 s by default), gives up the rest. */
  stop(timeoutMs?: number): Promise<void>
  stats(): { readonly queued: number; readonly written: number; readonly lost: number }
  /** A stored inference; one of the last hour that is still on its way into the database, from here or elsewhere, is waited for (up to 2.5 s). */
  find(id: string): Promise<Inference | undefined>
  /** The event streams of those who watch. Close it before the HTTP server waits for its streams to end. */
  readonly live: LiveTail
}

const usualRowBytes = 800
const usualStopMs = 5_000
const daysAhead = 2
/** For one whose content is being masked, or that waits in the queue of another process: 1.5 s in all. */
const waitsForOthersMs = [0, 50, 100, 200, 400, 750] as const

export function createTraces(dependencies: {
  readonly database: Database
  readonly logger: Logger
  readonly metrics: MetricsRegistry
  readonly options: TracesOptions
}): Traces {
  const { database, metrics, options } = dependencies
  const logger = dependencies.logger.child({ part: 'traces' })
  const { now = Date.now, contentLimitBytes = 262_144 } = options
  /** Names this process in the rollups and among the replicas. */
  const writer = createId()
  const live = createLiveTail({ database, logger, writer })
  const exporter = createOtlpExporter({ settings: options.otlp ?? (() => undefined), logger, metrics })
  const knownDays = new Set<string>()
  let written = 0
  let lost = 0
  let lastLossLoggedMs = -Infinity
  let failingSinceMs: number | undefined

  const registers = [metrics]
  const writtenTotal = new Counter({
    name: 'slipway_traces_written_total',
    help: 'Inferences stored.',
    registers,
  })
  const lostTotal = new Counter({
    name: 'slipway_traces_lost_total',
    help: 'Inferences that were not stored, by cause.',
    labelNames: ['cause'],
    registers,
  })
  const writeSeconds = new Histogram({
    name: 'slipway_traces_write_duration_seconds',
    help: 'How long storing a batch took.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  })

  const backlog = new Backlog<Inference>({
    maxItems: options.maxQueuedInferences ?? 20_000,
    maxBytes: options.maxQueuedBytes ?? 64 * 1_048_576,
    batchItems: options.batchInferences ?? 500,
    batchBytes: 4 * 1_048_576,
    intervalMs: options.intervalMs ?? 500,
    send: storeInTime,
    onLost: countLost,
    onRetry: (error, attempt, delayMs) => {
      failingSinceMs ??= now()
      if (attempt === 1) logger.warn({ err: error }, 'Inferences cannot be stored; they wait in memory.')
      else logger.debug({ err: error, attempt, delayMs }, 'Inferences still cannot be stored.')
    },
  })
  new Gauge({
    name: 'slipway_traces_queue_length',
    help: 'Inferences that wait in memory to be stored.',
    registers,
    collect() {
      this.set(backlog.length)
    },
  })
  new Gauge({
    name: 'slipway_traces_queue_bytes',
    help: 'About how many bytes they hold.',
    registers,
    collect() {
      this.set(backlog.bytes)
    },
  })

  function countLost(cause: LossCause, count: number): void {
    lost += count
    lostTotal.inc({ cause }, count)
    // A full queue loses thousands a second: one line in ten seconds says it.
    if (now() - lastLossLoggedMs < 10_000) return
    lastLossLoggedMs = now()
    logger.error({ cause, lost }, 'Inferences were lost.')
  }

  async function storeInTime(batch: readonly Inference[]): Promise<void> {
    const endTimer = writeSeconds.startTimer()
    const today = dayOf(now())
    const firstDay = addDays(today, -options.retentionDays())
    const lastDay = addDays(today, daysAhead)
    const days = new Set([today, addDays(today, 1), lastDay])
    const inRange = batch.filter(inference => {
      const timeMs = timeOfId(inference.id)
      const day = timeMs === undefined ? '' : dayOf(timeMs)
      if (day < firstDay || day > lastDay) return false
      days.add(day)
      return true
    })
    const missing = [...days].filter(day => !knownDays.has(day))
    if (missing.length > 0) {
      await createDayPartitions(database, missing)
      for (const day of missing) knownDays.add(day)
    }
    const rejected = await storeOrSplit(inRange)
    endTimer()
    if (failingSinceMs !== undefined) {
      logger.info({ afterMs: now() - failingSinceMs, queued: backlog.length }, 'Inferences are stored again.')
      failingSinceMs = undefined
    }
    if (inRange.length < batch.length) countLost('out_of_range', batch.length - inRange.length)
    if (rejected.size > 0) countLost('rejected', rejected.size)
    const stored = inRange.filter(inference => !rejected.has(inference))
    written += stored.length
    writtenTotal.inc(stored.length)
    live.publish(stored)
  }

  /** One bad row must not hold up the rest for ever: it is found by halving, and returned. */
  async function storeOrSplit(batch: readonly Inference[]): Promise<Set<Inference>> {
    if (batch.length === 0) return new Set()
    try {
      await storeBatch({ database, writer, contentLimitBytes, onStored: options.onStored }, batch)
      return new Set()
    } catch (error) {
      // A partition that we knew is gone: the next try makes it again.
      if (isPartitionMissing(error)) knownDays.clear()
      if (isPartitionMissing(error) || !isRejection(error)) throw error
      const [only] = batch
      if (batch.length === 1 && only) {
        logger.error({ err: error, inference: only.id }, 'An inference cannot be stored.')
        return new Set([only])
      }
      const middle = batch.length >> 1
      const before = await storeOrSplit(batch.slice(0, middle))
      return before.union(await storeOrSplit(batch.slice(middle)))
    }
  }

  return {
    live,
    record: inference => {
      try {
        const { content } = inference
        const contentBytes = content ? estimateBytes(content.value) : 0
        backlog.add(inference, usualRowBytes + contentBytes)
        if (inference.isShadow !== true) exporter.record(inference)
      } catch {
        countLost('error', 1)
      }
    },
    addVerdicts: async (id, verdicts, verdict) => {
      await backlog.flush(usualStopMs)
      await appendVerdicts(database, id, verdicts, verdict)
    },
    flush: async (timeoutMs = usualStopMs) => await backlog.flush(timeoutMs),
    stop: async (timeoutMs = usualStopMs) => {
      await Promise.all([backlog.stop(timeoutMs), exporter.stop(timeoutMs), live.close()])
    },
    stats: () => ({ queued: backlog.length, written, lost }),
    find: async id => {
      const found = await findInference(database, id)
      const isRecent = now() - (timeOfId(id) ?? 0) < 3_600_000
      if (found || !isRecent) return found
      await backlog.flush(1_000)
      for (const delayMs of waitsForOthersMs) {
        await sleep(delayMs)
        const stored = await findInference(database, id)
        if (stored) return stored
      }
      return undefined
    },
  }
}

/** SQLSTATE classes 22 (data exception) and 23 (integrity): the same row would fail again. */
function isRejection(error: unknown): boolean {
  // one that cannot even be made a row of is bad for good, too
  return error instanceof TypeError || error instanceof RangeError || /^2[23]/.test(sqlState(error) ?? '')
}

function isPartitionMissing(error: unknown): boolean {
  return sqlState(error) === '23514' && error instanceof Error && /no partition/.test(error.message)
}
