import type { MetricQuery } from '../../foundation/config/index.ts'
import { secondsOf } from '../../foundation/config/index.ts'
import type { Database, Logger, MetricDescription } from '../../foundation/platform/index.ts'
import { evaluate, type Group } from './evaluate.ts'
import type { MetricRow } from './point.ts'
import type { MetricsRecorder } from './recorder.ts'
import { sampleSeconds } from './sampler.ts'
import { readRows, type Stretch } from './series-store.ts'
import { coverStretches } from './widths.ts'

/** One look at the metrics of all replicas at one moment; what was read once is not read again. */
export interface MetricsLook {
  readonly atMs: number
  /** The query's numbers over its own stretch of time, up to the moment. */
  ask(query: MetricQuery): Promise<Group[]>
  /** The same over another stretch. */
  askOver(query: Omit<MetricQuery, 'over'>, seconds: number): Promise<Group[]>
}

export interface SeriesReader {
  /** The last moment of which all is known. */
  look(nowMs?: number): MetricsLook
  /** Numbers of a query for each step of a stretch of time. */
  range(query: MetricQuery, range: StepRange): Promise<RangeSeries[]>
  describe(metric: string): MetricDescription | undefined
}

export interface StepRange {
  readonly fromMs: number
  readonly toMs: number
  readonly stepSeconds: number
}

export interface RangeSeries {
  readonly labels: Readonly<Record<string, string>>
  /** One for each step; null where nothing is known. */
  readonly values: readonly (number | null)[]
}

const sampleMs = sampleSeconds * 1_000
/** Within so long of its end, every replica has written a sample. */
const othersMs = 2_000

/** Reads metrics of all replicas: what this one did lately from memory, the rest from Postgres. */
export function createSeriesReader(options: {
  readonly database: Database
  readonly recorder: Pick<MetricsRecorder, 'ring' | 'replica'>
  readonly describe: (metric: string) => MetricDescription | undefined
  readonly logger: Logger
  readonly now?: () => number
}): SeriesReader {
  const { database, recorder, describe, logger, now = Date.now } = options
  const { ring, replica } = recorder
  let wasAway = false

  async function readStretch(metric: string, stretch: Stretch): Promise<MetricRow[]> {
    const isOwnInMemory =
      stretch.widthSeconds === sampleSeconds && (ring.sinceMs ?? Number.POSITIVE_INFINITY) <= stretch.fromMs
    const stored = await readRows(database, [metric], stretch, isOwnInMemory ? { not: replica } : {})
    return isOwnInMemory ? [...stored, ...ring.read(metric, stretch.fromMs, stretch.toMs)] : stored
  }

  /** While Postgres is away, only what this server did in the last hour is known. */
  async function read(
    metric: string,
    fromMs: number,
    toMs: number,
    mostSeconds?: number,
  ): Promise<MetricRow[]> {
    try {
      const stretches = coverStretches(fromMs, toMs, now(), mostSeconds)
      const rows: MetricRow[] = []
      for (const stretch of stretches) rows.push(...(await readStretch(metric, stretch)))
      wasAway = false
      return rows
    } catch (error) {
      if (!wasAway) logger.warn({ err: error }, 'Metrics are shown from memory: Postgres does not answer.')
      wasAway = true
      return ring.read(metric, fromMs, toMs)
    }
  }

  const lastWhole = (atMs: number): number => Math.floor((atMs - othersMs) / sampleMs) * sampleMs

  return {
    describe,
    look: (nowMs = now()) => {
      const atMs = lastWhole(nowMs)
      const known = new Map<string, Promise<MetricRow[]>>()
      const readOnce = (metric: string, seconds: number): Promise<MetricRow[]> => {
        const key = `${metric} ${seconds}`
        const rows = known.get(key) ?? read(metric, atMs - seconds * 1_000, atMs)
        known.set(key, rows)
        return rows
      }
      const askOver: MetricsLook['askOver'] = async (query, seconds) => {
        const rows = new Map<string, MetricRow[]>()
        for (const metric of metricsOf(query)) rows.set(metric, await readOnce(metric, seconds))
        return evaluate(query, describe, metric => rows.get(metric) ?? [], seconds)
      }
      return { atMs, askOver, ask: query => askOver(query, secondsOf(query.over)) }
    },
    range: async (query, { fromMs, toMs, stepSeconds }) => {
      const stepMs = stepSeconds * 1_000
      const firstMs = Math.floor(fromMs / stepMs) * stepMs
      const steps = Math.max(1, Math.ceil((toMs - firstMs) / stepMs))
      const rows = new Map<string, Map<number, MetricRow[]>>()
      for (const metric of metricsOf(query)) {
        const all = await read(metric, firstMs, toMs, stepSeconds)
        rows.set(
          metric,
          Map.groupBy(all, ({ atMs }) => Math.floor((atMs - firstMs) / stepMs)),
        )
      }
      const series = new Map<string, { labels: RangeSeries['labels']; values: (number | null)[] }>()
      for (let step = 0; step < steps; step += 1) {
        const seconds = Math.min(stepSeconds, (toMs - firstMs - step * stepMs) / 1_000)
        for (const group of evaluate(query, describe, metric => rows.get(metric)?.get(step) ?? [], seconds)) {
          const key = JSON.stringify(group.labels)
          const one = series.get(key) ?? {
            labels: group.labels,
            values: Array.from({ length: steps }, (): number | null => null),
          }
          series.set(key, one)
          one.values[step] = group.value
        }
      }
      return [...series.values()]
    },
  }
}

function metricsOf(query: Pick<MetricQuery, 'metric' | 'per'>): Set<string> {
  return new Set([query.metric, ...(query.per ? [query.per.metric] : [])])
}
