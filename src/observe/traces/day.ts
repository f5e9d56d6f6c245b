/** Days in UTC, as ISO dates: `2026-03-01`. A day is one partition of every table of traces. */

export const dayMs = 86_400_000

export function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10)
}

export function addDays(day: string, count: number): string {
  return dayOf(startOfDayMs(day) + count * dayMs)
}

export function startOfDayMs(day: string): number {
  return Date.parse(`${day}T00:00:00.000Z`)
}

/** The least UUIDv7 of that millisecond, and so a bound between those before and those from then on. */
export function leastIdAt(timeMs: number): string {
  const hex = Math.min(Math.max(0, Math.floor(timeMs)), 0xffff_ffff_ffff)
    .toString(16)
    .padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}
