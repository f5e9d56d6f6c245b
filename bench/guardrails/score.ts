/** What a detector says of a text. */
export interface Found {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly score: number
}

interface Span {
  readonly start: number
  readonly end: number
}

/** Score interval of Wilson (1927), 95 %. */
export function wilson(hits: number, of: number): readonly [low: number, high: number] {
  if (of === 0) return [0, 1]
  const z = 1.959_964
  const share = hits / of
  const middle = share + (z * z) / (2 * of)
  const half = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of))
  const whole = 1 + (z * z) / of
  return [round((middle - half) / whole), round((middle + half) / whole)]
}

export const round = (value: number) => Math.round(value * 1_000) / 1_000

/** A share with its interval. */
export function shareOf(hits: number, of: number) {
  return { n: of, hits, share: of === 0 ? null : round(hits / of), interval: wilson(hits, of) }
}

/** Whether at least half of the units of `gold` are in some of `found`: the same thing was meant. */
export function isFound(gold: Span, found: readonly Span[]): boolean {
  return covered(gold, found) * 2 >= gold.end - gold.start
}

/** Whether nothing of `gold` would get through. Of what is left one sign at either end does not count. */
export function isCovered(gold: Span, found: readonly Span[]): boolean {
  return covered(gold, found) >= gold.end - gold.start - 1
}

function covered(gold: Span, found: readonly Span[]): number {
  let units = 0
  for (let at = gold.start; at < gold.end; at += 1)
    if (found.some(({ start, end }) => start <= at && at < end)) units += 1
  return units
}

export const overlaps = (left: Span, right: Span) => left.start < right.end && right.start < left.end
