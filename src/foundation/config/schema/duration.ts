import { z } from 'zod'

const unitSeconds = { s: 1, m: 60, h: 3_600, d: 86_400 } as const

/** `30s`, `5m`, `6h` or `30d`, within bounds in seconds. */
export function duration(leastSeconds: number, mostSeconds: number) {
  return z
    .string()
    .regex(/^[1-9]\d{0,6}[smhd]$/, {
      message: 'A duration is a whole number and a unit: `30s`, `5m`, `6h` or `30d`.',
      abort: true,
    })
    .refine(
      text => secondsOf(text) >= leastSeconds && secondsOf(text) <= mostSeconds,
      `It must be from ${durationText(leastSeconds)} to ${durationText(mostSeconds)}.`,
    )
}

/** Of a text that `duration` has passed. */
export function secondsOf(text: string): number {
  const unit = text.at(-1) as keyof typeof unitSeconds
  return Number(text.slice(0, -1)) * unitSeconds[unit]
}

/** In the widest unit that says it in a whole number. */
export function durationText(seconds: number): string {
  for (const unit of ['d', 'h', 'm'] as const)
    if (seconds >= unitSeconds[unit] && seconds % unitSeconds[unit] === 0)
      return `${seconds / unitSeconds[unit]}${unit}`
  return `${seconds}s`
}
