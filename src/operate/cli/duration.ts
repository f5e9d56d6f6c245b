import { usageError } from './command-error.ts'

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

/** A moment from what was typed: `2026-12-31`, `2026-12-31T12:00:00Z`, or `30d` from now (`back`: ago) as ISO. */
export function parseMoment(text: string, direction: 'ahead' | 'back', now: Date = new Date()): string {
  const span = /^(\d{1,6})([smhdw])$/.exec(text)
  if (span !== null) {
    const ms = Number(span[1]) * unitMs[span[2] as keyof typeof unitMs]
    return new Date(now.getTime() + (direction === 'ahead' ? ms : -ms)).toISOString()
  }
  const date = /^\d{4}-\d\d-\d\d(T.*)?$/.test(text) ? new Date(text) : new Date(Number.NaN)
  if (Number.isNaN(date.getTime()))
    throw usageError(
      `\`${text}\` is neither a time nor a span.`,
      'Write a day (2026-12-31), a time (2026-12-31T12:00:00Z), or a span (15m, 12h, 30d).',
    )
  return date.toISOString()
}
