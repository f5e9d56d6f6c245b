import { z } from 'zod'
import { type Database, defineJob, type Job } from '../../foundation/platform/index.ts'
import { type MetricRow, rollUpRows } from './point.ts'
import { dropRows, listUnrolled, putRows, readRows, type Unrolled } from './series-store.ts'
import { keptMs } from './widths.ts'

const nothing = z.strictObject({})
const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** How far back hours are looked for that were never written, after the database or all servers were away. */
const lookBackMs = 48 * hourMs
/** A minute is the business of its own server for so long, an hour gets its last minutes in it. */
const graceMs = 4 * minuteMs

/**
 * Makes hours of minutes, and the minutes that a server did not come to write because it was killed, and drops what is
 * past its width. Every five minutes, once over all replicas; doing it twice does no harm.
 */
export function rollUpMetrics(options: {
  readonly database: Database
  readonly now?: () => number
}): Job<typeof nothing> {
  const { database, now = Date.now } = options
  return defineJob({
    name: 'roll-up-metrics',
    schema: nothing,
    run: async (_, { signal }) => {
      const nowMs = now()
      const settledMs = nowMs - graceMs
      for (const [fromSeconds, toSeconds, sinceMs] of [
        [10, 60, nowMs - keptMs[10]],
        [60, 3_600, nowMs - lookBackMs],
      ] as const) {
        const widthMs = toSeconds * 1_000
        const untilMs = Math.floor(settledMs / widthMs) * widthMs
        const firstMs = Math.ceil(sinceMs / widthMs) * widthMs
        for (const stretch of await listUnrolled(database, { fromSeconds, toSeconds }, firstMs, untilMs)) {
          if (signal.aborted) return
          await rollUpStretch(database, stretch, fromSeconds, toSeconds)
        }
      }
      for (const [width, lengthMs] of Object.entries(keptMs))
        await dropRows(database, Number(width), nowMs - lengthMs)
    },
  })
}

async function rollUpStretch(
  database: Database,
  { replica, atMs }: Unrolled,
  fromSeconds: number,
  toSeconds: number,
): Promise<void> {
  const stretch = { widthSeconds: fromSeconds, fromMs: atMs, toMs: atMs + toSeconds * 1_000 }
  const rows = await readRows(database, undefined, stretch, { only: replica })
  const wide = [...Map.groupBy(rows, ({ metric }) => metric).values()].map(series =>
    rollUpRows(series, atMs, toSeconds),
  )
  await putRows(
    database,
    wide.filter((row): row is MetricRow => row !== undefined),
  )
}
