import { hostname } from 'node:os'
import { Counter } from 'prom-client'
import {
  createId,
  type Database,
  type Logger,
  type MetricsRegistry,
} from '../../foundation/platform/index.ts'
import { type MetricRow, rollUpRows } from './point.ts'
import { Ring } from './ring.ts'
import { type CountedMetric, createSampler, sampleSeconds } from './sampler.ts'
import { putRows } from './series-store.ts'

export interface MetricsRecorder {
  readonly ring: Ring
  /** Names this server among those on the database; another at every start. */
  readonly replica: string
  start(): void
  /** Takes one sample now and writes it, whatever the clock says. */
  sample(): Promise<void>
  /** Writes what is held, as far as that is done within `timeoutMs`. */
  stop(timeoutMs?: number): Promise<void>
}

const sampleMs = sampleSeconds * 1_000
const minuteMs = 60_000
/** An hour of samples, which is also what is kept to be written while Postgres is away. */
const ringTicks = 360
const mostWaiting = 40_000

/**
 * Samples all metrics of this server every ten seconds, off the request path, and writes them as tens of seconds and as
 * minutes. What Postgres cannot take waits in memory, an hour of it, and is written later.
 */
export function createMetricsRecorder(options: {
  readonly database: Database
  readonly logger: Logger
  readonly registry: MetricsRegistry
  /** The metrics of all processes of this server together. */
  readonly gather: () => Promise<readonly CountedMetric[]>
  readonly now?: () => number
}): MetricsRecorder {
  const { database, gather, registry, now = Date.now } = options
  const logger = options.logger.child({ part: 'metrics' })
  const replica = `${hostname()}-${createId().slice(-4)}`
  const sampler = createSampler(replica)
  const ring = new Ring(ringTicks)
  let waiting: MetricRow[] = []
  let lastAtMs = 0
  let isAway = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: Promise<void> = Promise.resolve()
  const lost = new Counter({
    name: 'slipway_metrics_lost_total',
    help: 'Rows of metrics that were not kept: Postgres was away for longer than an hour, or there were too many series.',
    labelNames: ['cause'],
    registers: [registry],
  })

  async function take(): Promise<void> {
    const atMs = Math.floor(now() / sampleMs) * sampleMs
    // the clock was set back, or two timers fell together: what was counted is in the next sample
    if (atMs <= lastAtMs) return
    const dropped = sampler.dropped
    // what a sample holds has happened before it, in the stretch that ends now
    const rows = sampler.take(await gather(), atMs - sampleMs)
    if (sampler.dropped > dropped) lost.inc({ cause: 'series' }, sampler.dropped - dropped)
    ring.add(atMs - sampleMs, rows)
    waiting.push(...rows)
    const minute = Math.floor(atMs / minuteMs) * minuteMs
    if (lastAtMs > 0 && minute > Math.floor(lastAtMs / minuteMs) * minuteMs) waiting.push(...minuteOf(minute))
    lastAtMs = atMs
    await write()
  }

  /** The minute that ends then; several where samples were missed. */
  function minuteOf(endMs: number): MetricRow[] {
    const firstMs = Math.min(endMs - minuteMs, Math.floor(lastAtMs / minuteMs) * minuteMs)
    const rows: MetricRow[] = []
    for (let atMs = firstMs; atMs < endMs; atMs += minuteMs) {
      const samples = ring.read(undefined, atMs, atMs + minuteMs)
      for (const series of Map.groupBy(samples, ({ metric }) => metric).values())
        rows.push(...[rollUpRows(series, atMs, 60)].filter(row => row !== undefined))
    }
    return rows
  }

  async function write(): Promise<void> {
    if (waiting.length > mostWaiting) {
      const excess = waiting.length - mostWaiting
      waiting = waiting.slice(excess)
      lost.inc({ cause: 'storage' }, excess)
    }
    try {
      while (waiting.length > 0) {
        const batch = waiting.slice(0, 500)
        await putRows(database, batch)
        waiting = waiting.slice(batch.length)
      }
      if (isAway) logger.info('Metrics are kept again.')
      isAway = false
    } catch (error) {
      if (!isAway) logger.warn({ err: error }, 'Metrics cannot be written; they wait in memory.')
      isAway = true
    }
  }

  const sample = (): Promise<void> =>
    (running = running.then(take).catch((error: unknown) => {
      logger.error({ err: error }, 'A sample of the metrics could not be taken.')
    }))

  /** On the clock's tens of seconds, so that the samples of all replicas lie together. */
  function wait(): void {
    timer = setTimeout(
      () => {
        void sample()
        wait()
      },
      sampleMs - (now() % sampleMs) + 50,
    )
    timer.unref()
  }

  return {
    ring,
    replica,
    sample,
    start: wait,
    stop: async (timeoutMs = 3_000) => {
      clearTimeout(timer)
      const end = Promise.withResolvers<void>()
      const limit = setTimeout(end.resolve, timeoutMs)
      await Promise.race([sample(), end.promise])
      clearTimeout(limit)
    },
  }
}
