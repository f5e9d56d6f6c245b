/** A part of a text that goes out as something else. */
export interface Span {
  readonly start: number
  readonly end: number
  /** What stands in its place: for who reads the answer, and in what is kept of it. */
  readonly sent: () => string
  readonly kept: () => string
  /** Of two that overlap, the one with the lower rank gives the replacement. */
  readonly rank: number
  /** The same up to another end; a span without it gives way to those that overlap it. */
  readonly grow?: (end: number) => Span
}

/** Makes of spans that overlap one that covers them, in their order. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const firm = spans.filter(({ grow }) => grow)
  const sorted = firm.toSorted((left, right) => left.start - right.start || left.rank - right.rank)
  const merged: Span[] = []
  for (const span of sorted) {
    const last = merged.at(-1)
    if (!last || span.start >= last.end) merged.push(span)
    else if (span.end > last.end) merged[merged.length - 1] = last.grow?.(span.end) ?? last
  }
  if (firm.length === spans.length) return merged
  const yielding = spans.filter(
    span => !span.grow && !merged.some(({ start, end }) => start < span.end && span.start < end),
  )
  return [...merged, ...yielding].toSorted((left, right) => left.start - right.start)
}

/** A part of a text with spans replaced; a replacement stands where its span begins. */
export function readSpans(
  text: string,
  spans: readonly Span[],
  from: number,
  to: number,
  form: 'sent' | 'kept',
): string {
  let out = ''
  let at = from
  for (const span of spans) {
    if (span.end <= from) continue
    if (span.start >= to) break
    if (span.start >= from) out += text.slice(at, span.start) + span[form]()
    at = Math.min(span.end, to)
  }
  return at < to ? out + text.slice(at, to) : out
}
