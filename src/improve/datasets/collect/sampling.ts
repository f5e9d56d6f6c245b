import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Failure } from '../../../foundation/platform/index.ts'

export const stratumColumns = ['service', 'release', 'outcome', 'label', 'review'] as const

export const sampling = z.strictObject({
  by: z.array(z.enum(stratumColumns)).max(3).default([]).describe('What divides the examples into strata.'),
  size: z.int().min(1).max(1_000_000).optional().describe('Of all strata together, each by its share.'),
  each: z.int().min(1).max(1_000_000).optional().describe('Of each stratum, as far as it has so many.'),
  rate: z.number().gt(0).max(1).optional().describe('Of each stratum, 0 to 1.'),
  salt: z.string().max(200).default('').describe('Another salt is another sample.'),
})
export type Sampling = z.output<typeof sampling>

const mostStrata = 10_000
const mostKept = 2_000_000

interface Stratum {
  matched: number
  /** The smallest hashes so far; sorted only when it has to be cut. */
  kept: { rank: string; id: string }[]
}

export interface SampledStratum {
  readonly stratum: string
  readonly matched: number
  readonly sampled: number
}

/**
 * Chooses by the hash of each id, so that the same examples are chosen whoever asks and in whatever order they come, and more
 * of them are a superset. Memory is bounded by what may be chosen.
 */
export function createSampler(options: Sampling) {
  const given = [options.size, options.each, options.rate].filter(value => value !== undefined)
  if (given.length > 1)
    throw new Failure('invalid_request', 'A sample has one of `size`, `each` and `rate`.', {
      details: { parameter: 'sample' },
    })
  const strata = new Map<string, Stratum>()
  const most = options.each ?? options.size
  let kept = 0

  function cut(stratum: Stratum): void {
    if (most === undefined) return
    stratum.kept.sort(byRank)
    kept -= Math.max(0, stratum.kept.length - most)
    stratum.kept.length = Math.min(stratum.kept.length, most)
  }

  return {
    add(id: string, values: readonly string[]): void {
      const name = values.join(' · ')
      let stratum = strata.get(name)
      if (!stratum) {
        if (strata.size >= mostStrata)
          throw new Failure('invalid_request', `There are more than ${mostStrata} strata. Divide by less.`, {
            details: { parameter: 'by' },
          })
        stratum = { matched: 0, kept: [] }
        strata.set(name, stratum)
      }
      stratum.matched += 1
      const rank = createHash('sha256').update(`${options.salt}\0${id}`).digest('hex')
      // the first 52 bits as a share of 1
      if (options.rate !== undefined && Number.parseInt(rank.slice(0, 13), 16) / 2 ** 52 >= options.rate)
        return
      stratum.kept.push({ rank, id })
      kept += 1
      if (most !== undefined && stratum.kept.length >= 2 * most + 1_000) cut(stratum)
      if (kept > mostKept)
        throw new Failure('invalid_request', `More than ${mostKept} examples match. Take a sample of them.`, {
          details: { parameter: 'sample' },
        })
    },
    /** What was chosen, in the order of the ids. */
    choose(): { readonly ids: readonly string[]; readonly strata: readonly SampledStratum[] } {
      const names = [...strata.keys()].toSorted()
      const shares =
        options.size === undefined
          ? undefined
          : divide(
              names.map(name => strata.get(name)?.matched ?? 0),
              options.size,
            )
      const ids: string[] = []
      const described = names.map((name, index) => {
        const stratum = strata.get(name) ?? { matched: 0, kept: [] }
        cut(stratum)
        const chosen = stratum.kept.toSorted(byRank).slice(0, shares?.[index] ?? stratum.kept.length)
        ids.push(...chosen.map(({ id }) => id))
        return { stratum: name, matched: stratum.matched, sampled: chosen.length }
      })
      return { ids: ids.toSorted(), strata: described }
    },
  }
}

/** Divides `size` by shares, with the largest remainders rounded up (Hamilton's method); no part gets more than it has. */
export function divide(counts: readonly number[], size: number): number[] {
  const all = counts.reduce((sum, count) => sum + count, 0)
  if (all <= size) return [...counts]
  const exact = counts.map(count => (count * size) / all)
  const parts = exact.map(Math.floor)
  const left = size - parts.reduce((sum, part) => sum + part, 0)
  const order = exact
    .map((share, index) => ({ index, rest: share - Math.floor(share) }))
    .toSorted((a, b) => b.rest - a.rest || a.index - b.index)
  for (const { index } of order.slice(0, left)) parts[index] = (parts[index] ?? 0) + 1
  return parts
}

function byRank(a: { readonly rank: string }, b: { readonly rank: string }): number {
  return a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0
}
