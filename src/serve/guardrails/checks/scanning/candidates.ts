import type { Finding } from '../../check.ts'

/** Something that may be a finding, before others that overlap it are weighed against it. Offsets of the original text. */
export interface Candidate {
  readonly start: number
  readonly end: number
  readonly type: string
  readonly score: number
  readonly reason?: string | undefined
}

const wordCharacter = /[\p{L}\p{N}]/u

/**
 * Findings without overlap that cover what the candidates cover: each unit belongs to the best candidate there (score, then
 * length, then place), and what is left of a candidate is a finding of its own if a letter or digit is in it. So whether
 * something is reported depends on nothing but the candidates that overlap it.
 */
export function settleCandidates(candidates: Candidate[], text: string): Finding[] {
  if (candidates.length === 0) return []
  candidates.sort((left, right) => left.start - right.start || right.end - left.end)
  const findings: Finding[] = []
  for (let first = 0; first < candidates.length;) {
    let end = candidates[first]?.end ?? 0
    let next = first + 1
    while (next < candidates.length && (candidates[next]?.start ?? end) < end) {
      end = Math.max(end, candidates[next]?.end ?? end)
      next += 1
    }
    if (next === first + 1) findings.push(...candidates.slice(first, next))
    else settleOverlap(candidates.slice(first, next), text, findings)
    first = next
  }
  return findings
}

function settleOverlap(group: Candidate[], text: string, findings: Finding[]): void {
  const from = group[0]?.start ?? 0
  const ranked = group.toSorted(byWorth)
  const owners = new Int32Array(Math.max(...group.map(({ end }) => end)) - from).fill(-1)
  for (const [rank, { start, end }] of ranked.entries()) owners.fill(rank, start - from, end - from)
  for (let at = 0; at < owners.length;) {
    const owner = owners[at] ?? -1
    let end = at + 1
    while (end < owners.length && owners[end] === owner) end += 1
    const candidate = ranked[owner]
    if (candidate && wordCharacter.test(text.slice(from + at, from + end))) {
      findings.push({ ...candidate, start: from + at, end: from + end })
    }
    at = end
  }
}

/** The best last, so that it is painted over all others. */
function byWorth(left: Candidate, right: Candidate): number {
  return (
    left.score - right.score ||
    left.end - left.start - (right.end - right.start) ||
    right.start - left.start ||
    (left.type < right.type ? 1 : -1)
  )
}
