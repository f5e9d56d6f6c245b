import type { Stretch } from './series-store.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** The widths that are kept, in seconds, and how long each. */
export const keptMs = { 10: 2 * hourMs, 60: 73 * hourMs, 3_600: 100 * 24 * hourMs } as const

/** A minute is written within so long of its end, an hour within `hourDelayMs`. */
const minuteDelayMs = 20_000
export const hourDelayMs = 6 * minuteMs

const fineMs = 15 * minuteMs
const mediumMs = 12 * hourMs

/**
 * The stretches that make up `[fromMs, toMs)` at the least cost: hours in the middle, minutes around them, and tens of
 * seconds at the end that is still growing. `fromMs` is moved to the next whole minute, or hour, where nothing finer is
 * kept or worth reading. Nothing wider than `mostSeconds` is taken.
 */
export function coverStretches(fromMs: number, toMs: number, nowMs: number, mostSeconds = 3_600): Stretch[] {
  const lengthMs = toMs - fromMs
  const minutesUntil = Math.min(
    Math.floor(toMs / minuteMs) * minuteMs,
    Math.floor((nowMs - minuteDelayMs) / minuteMs) * minuteMs,
  )
  const hoursUntil = Math.min(
    Math.floor(toMs / hourMs) * hourMs,
    Math.floor((nowMs - hourDelayMs) / hourMs) * hourMs,
  )
  const isFineKept = fromMs >= nowMs - keptMs[10]
  const isMinuteKept = fromMs >= nowMs - keptMs[60]
  const stretches: Stretch[] = []
  let atMs = fromMs
  const take = (widthSeconds: number, untilMs: number): void => {
    if (untilMs <= atMs) return
    stretches.push({ widthSeconds, fromMs: atMs, toMs: untilMs })
    atMs = untilMs
  }
  if (!isMinuteKept || (lengthMs > mediumMs && mostSeconds >= 3_600)) {
    const firstHour = Math.ceil(atMs / hourMs) * hourMs
    if (isMinuteKept) {
      atMs = Math.round(atMs / minuteMs) * minuteMs
      take(60, Math.min(firstHour, minutesUntil))
    } else atMs = firstHour
    take(3_600, hoursUntil)
  }
  if (!isFineKept || (lengthMs > fineMs && mostSeconds >= 60)) {
    atMs = Math.round(atMs / minuteMs) * minuteMs
    take(60, minutesUntil)
  }
  take(10, toMs)
  return stretches
}
