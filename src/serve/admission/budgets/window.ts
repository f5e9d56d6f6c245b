import type { WindowName } from '../../../foundation/config/index.ts'

/** A stretch of time, named by itself: it ends when its name no longer fits, and nothing has to be reset. */
export interface TimeWindow {
  /** `minute/2026-11-25T16:05`, `day/2026-11-25`, `week/2026-11-23` (its Monday), `month/2026-11`. */
  readonly name: string
  readonly startsAtMs: number
  readonly endsAtMs: number
}

const lengths = { minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000 } as const
/** 1970-01-05 was a Monday. */
const firstMondayMs = 4 * 86_400_000
const nameLengths = { minute: 16, hour: 13, day: 10, week: 10 } as const

/** The window of that kind that `nowMs` lies in, in UTC. */
export function windowAt(kind: WindowName, nowMs: number): TimeWindow {
  if (kind === 'month') {
    const now = new Date(nowMs)
    const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()]
    const name = `month/${now.toISOString().slice(0, 7)}`
    return { name, startsAtMs: Date.UTC(year, month), endsAtMs: Date.UTC(year, month + 1) }
  }
  const length = lengths[kind]
  const offset = kind === 'week' ? firstMondayMs : 0
  const startsAtMs = Math.floor((nowMs - offset) / length) * length + offset
  const name = new Date(startsAtMs).toISOString().slice(0, nameLengths[kind])
  return { name: `${kind}/${name}`, startsAtMs, endsAtMs: startsAtMs + length }
}
