import { Counter, Gauge } from 'prom-client'
import {
  Backlog,
  type Database,
  type Logger,
  type MetricsRegistry,
  sqlState,
} from '../../../foundation/platform/index.ts'
import { addDays, dayOf } from '../day.ts'
import { createDayPartitions } from '../day-partitions-store.ts'
import type { ForeignSpan } from './foreign-span.ts'
import { insertSpans } from './spans-store.ts'

export interface SpanKeeper {
  /** Whether so many more fit: who sends is asked to come again before anything is lost. */
  hasRoom(count: number): boolean
  /** Takes a span to be stored; memory only. */
  add(span: ForeignSpan, bytes: number): void
  flush(timeoutMs?: number): Promise<boolean>
  stop(timeoutMs?: number): Promise<void>
}

/** Stores the spans of applications in batches off the request path; bounded, with its losses counted. */
export function createSpanKeeper(options: {
  readonly database: Database
  readonly logger: Logger
  readonly metrics: MetricsRegistry
  readonly maxQueuedSpans?: number
  readonly intervalMs?: number
  readonly now?: () => number
}): SpanKeeper {
  const { database, metrics, maxQueuedSpans = 20_000, now = Date.now } = options
  const logger = options.logger.child({ part: 'spans' })
  const registers = [metrics]
  const stored = new Counter({
    name: 'slipway_spans_stored_total',
    help: 'Spans of applications that were stored.',
    registers,
  })
  const lost = new Counter({
    name: 'slipway_spans_lost_total',
    help: 'Spans of applications that were taken and not stored, by cause.',
    labelNames: ['cause'],
    registers,
  })
  const knownDays = new Set<string>()

  async function store(batch: readonly ForeignSpan[]): Promise<void> {
    const today = dayOf(now())
    const days = new Set([today, addDays(today, 1), ...batch.map(span => dayOf(span.startedAtMs))])
    const missing = [...days].filter(day => !knownDays.has(day))
    if (missing.length > 0) {
      await createDayPartitions(database, missing)
      for (const day of missing) knownDays.add(day)
    }
    stored.inc(await insertOrSplit(batch))
  }

  /** A row that Postgres will never take must not hold up the others: it is found by halving. */
  async function insertOrSplit(batch: readonly ForeignSpan[]): Promise<number> {
    try {
      return await insertSpans(database, batch)
    } catch (error) {
      const isPartitionMissing = sqlState(error) === '23514'
      if (isPartitionMissing) knownDays.clear()
      if (isPartitionMissing || !/^2[23]/.test(sqlState(error) ?? '')) throw error
      if (batch.length === 1) {
        logger.error({ err: error }, 'A span cannot be stored.')
        lost.inc({ cause: 'rejected' })
        return 0
      }
      const middle = batch.length >> 1
      return (await insertOrSplit(batch.slice(0, middle))) + (await insertOrSplit(batch.slice(middle)))
    }
  }

  const backlog = new Backlog<ForeignSpan>({
    maxItems: maxQueuedSpans,
    maxBytes: 64 * 1_048_576,
    batchItems: 500,
    batchBytes: 4 * 1_048_576,
    intervalMs: options.intervalMs ?? 250,
    send: store,
    onLost: (cause, count) => lost.inc({ cause }, count),
    onRetry: (error, attempt) => {
      if (attempt === 1) logger.warn({ err: error }, 'Spans cannot be stored; they wait in memory.')
    },
  })
  new Gauge({
    name: 'slipway_spans_queue_length',
    help: 'Spans of applications that wait in memory to be stored.',
    registers,
    collect() {
      this.set(backlog.length)
    },
  })
  return {
    hasRoom: count => backlog.length + count <= maxQueuedSpans && backlog.bytes < 60 * 1_048_576,
    add: (span, bytes) => backlog.add(span, bytes),
    flush: async (timeoutMs = 5_000) => await backlog.flush(timeoutMs),
    stop: async (timeoutMs = 5_000) => await backlog.stop(timeoutMs),
  }
}
