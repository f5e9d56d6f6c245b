import { hash } from 'node:crypto'
import type { CandidateShare } from './service-traffic.ts'

/** A stretch of 0 to 1 that belongs to a candidate. */
export interface Stretch {
  readonly from: number
  readonly to: number
  readonly release: string
}

/**
 * Where a value falls in 0 to 1: the first 48 bits of SHA-256 over salt and value. The same in every process and at every
 * time; uniform, and independent for different salts.
 */
export function positionOf(salt: string, value: string): number {
  return Number.parseInt(hash('sha256', `${salt}\0${value}`, 'hex').slice(0, 12), 16) / 2 ** 48
}

/**
 * Which stretches of 0 to 1 belong to which candidate; the rest is the baseline's. Each of n candidates begins at its own
 * n-th part, so that it grows without taking from another; what does not fit there is taken from the ends of the other
 * parts. While nobody needs more than an n-th, a share that grows keeps everybody that it had.
 */
export function layOut(candidates: readonly CandidateShare[]): Stretch[] {
  const part = 1 / candidates.length
  const stretches: Stretch[] = []
  const freeTo = candidates.map((_, index) => (index === candidates.length - 1 ? 1 : (index + 1) * part))
  const freeFrom = candidates.map(({ share }, index) => index * part + Math.min(share, part))
  for (const [index, { release }] of candidates.entries()) {
    const [from, to] = [index * part, freeFrom[index] ?? 0]
    if (to > from) stretches.push({ from, to: Math.min(to, freeTo[index] ?? 1), release })
  }
  for (const { release, share } of candidates) {
    let rest = share - part
    for (let index = 0; rest > 1e-12 && index < candidates.length; index += 1) {
      const [least, to] = [freeFrom[index] ?? 0, freeTo[index] ?? 0]
      const from = Math.max(least, to - rest)
      if (from >= to) continue
      stretches.push({ from, to, release })
      freeTo[index] = from
      rest -= to - from
    }
  }
  return stretches
}

/**
 * Whose somebody is where each release has a part in proportion to its weight: the one with the highest lot, −weight / ln(u), u uniform for
 * each release (weighted rendezvous hashing; Thaler and Ravishankar, IEEE/ACM ToN 6, 1998). Where one is taken away, its own
 * are dealt out to the others in proportion to their weights, and all others stay; who is dealt out does not depend on what was there before.
 */
export function drawRelease(
  weights: readonly CandidateShare[],
  salt: string,
  value: string,
): string | undefined {
  let drawn: string | undefined
  let highest = -Infinity
  for (const { release, share } of weights) {
    const lot = -share / Math.log(positionOf(`${salt}\0${release}`, value))
    if (lot <= highest) continue
    drawn = release
    highest = lot
  }
  return drawn
}

/** Whose the position is; `undefined` is the baseline. */
export function releaseAt(stretches: readonly Stretch[], position: number): string | undefined {
  for (const { from, to, release } of stretches) if (position >= from && position < to) return release
  return undefined
}
