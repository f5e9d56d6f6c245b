import { expect } from 'bun:test'
import type { Check, Finding, Scan, Stage } from '../../src/serve/guardrails/index.ts'

/** A generator of numbers in [0, 1) that gives the same row for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** So many of the fragments, chosen by chance, one after the other. */
export function someOf(fragments: readonly string[], count: number, random: () => number): string {
  return Array.from({ length: count }, () => fragments[Math.floor(random() * fragments.length)] ?? '').join(
    '',
  )
}

export function scanSync(check: Check, text: string, rest: Partial<Scan> = {}): readonly Finding[] {
  const scan = { stage: 'output' as Stage, service: 'chat', tenant: 'default', ...rest, text }
  const found = check.scan(scan, new AbortController().signal)
  if (found instanceof Promise) throw new Error('a deterministic check has to answer at once')
  return found
}

/** Findings are sorted, do not overlap, and lie in the text. */
export function expectWellFormed(found: readonly Finding[], text: string): void {
  let end = 0
  for (const finding of found) {
    expect(finding.start).toBeGreaterThanOrEqual(end)
    expect(finding.end).toBeGreaterThan(finding.start)
    expect(finding.end).toBeLessThanOrEqual(text.length)
    expect(finding.score).toBeGreaterThanOrEqual(0)
    expect(finding.score).toBeLessThanOrEqual(1)
    end = finding.end
  }
}

const placeOf = ({ start, end, type }: Finding, shift = 0) => `${start + shift}-${end + shift} ${type}`

/** Around each finding the check finds it again in what the contract lets it depend on, and nothing else there. */
export function expectLocal(check: Check, maxSpan: number, text: string, rest: Partial<Scan> = {}): void {
  const found = scanSync(check, text, rest)
  expectWellFormed(found, text)
  for (const finding of found) expect(finding.end - finding.start).toBeLessThanOrEqual(maxSpan)
  for (let at = 0; at < text.length; at += maxSpan) {
    const [from, to] = [Math.max(0, at - 2 * maxSpan), Math.min(text.length, at + 2 * maxSpan)]
    const inside = (finding: Finding) =>
      (from === 0 || finding.start >= from + maxSpan) && (to === text.length || finding.end <= to - maxSpan)
    const part = scanSync(check, text.slice(from, to), rest).map(finding => ({
      ...finding,
      start: finding.start + from,
      end: finding.end + from,
    }))
    expect(part.filter(inside).map(finding => placeOf(finding))).toEqual(
      found.filter(inside).map(finding => placeOf(finding)),
    )
  }
}

/** For the given beginnings of the text: what begins before `openFrom` is known for good, and nothing lies across it. */
export function expectOpenFrom(
  check: Check,
  text: string,
  lengths: readonly number[],
  rest: Partial<Scan> = {},
): void {
  const all = scanSync(check, text, rest)
  for (const length of lengths) {
    const beginning = text.slice(0, length)
    const open = check.openFrom?.(beginning) ?? 0
    expect(open).toBeLessThanOrEqual(length)
    const before = scanSync(check, beginning, rest).filter(({ start }) => start < open)
    for (const { end } of before) expect(end).toBeLessThanOrEqual(open)
    const found = all.filter(({ start }) => start < open).map(finding => placeOf(finding))
    expect({ length, found: before.map(finding => placeOf(finding)) }).toEqual({ length, found })
  }
}
