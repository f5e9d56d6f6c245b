import type { Finding } from '../check.ts'

/**
 * Makes candidates that may overlap into findings that do not, and covers every unit that a candidate covers. One that lies
 * within another is dropped, and lends it its type where its score is higher; one that overlaps the next ends where that
 * begins. So what becomes of a candidate depends only on those that overlap it: no run of them is ever joined, however long.
 */
export function settleFindings(candidates: readonly Finding[]): Finding[] {
  const sorted = candidates.toSorted(
    (one, other) => one.start - other.start || other.end - one.end || other.score - one.score,
  )
  const kept: Finding[] = []
  for (const candidate of sorted) {
    const last = kept.at(-1)
    if (!last || candidate.end > last.end) kept.push(candidate)
    else if (candidate.score > last.score)
      kept[kept.length - 1] = { ...candidate, start: last.start, end: last.end }
  }
  return kept.map((finding, index) => {
    const next = kept[index + 1]
    return next && next.start < finding.end ? { ...finding, end: next.start } : finding
  })
}

/** Moves `open`, from where on candidates may still come, before every candidate that reaches over it. */
export function openBefore(open: number, candidates: readonly Finding[]): number {
  let from = open
  for (let moved = true; moved;) {
    moved = false
    for (const { start, end } of candidates) {
      if (start < from && end > from) {
        from = start
        moved = true
      }
    }
  }
  return from
}
