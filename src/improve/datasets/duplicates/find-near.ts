import { type Bands, candidateChance, MinHash, planBands } from './min-hash.ts'
import { defaultShingling, jaccard, Shingler, type Shingling } from './shingles.ts'
import { TextSets } from './text-sets.ts'

/** Texts in batches, always in the same order: they are read twice. */
export type ReadTexts = () => AsyncIterable<readonly string[]>

export interface NearOptions {
  /** Jaccard similarity of the shingles from which on two texts are the same, 0 to 1. */
  readonly threshold: number
  readonly shingling?: Shingling | undefined
  /** A folder for what does not fit into memory. */
  readonly scratch: string
  readonly signal: AbortSignal
  readonly progress?: ((share: number) => void) | undefined
}

/** A text that is like another: by the numbers of their rows, from 0 in the order of reading. */
export interface NearPair {
  readonly row: number
  /** The one that it is like. */
  readonly of: number
  /** Jaccard similarity, computed of the two sets. */
  readonly similarity: number
}

/** What was done to find them, for reports. */
export interface NearMethod extends Bands {
  readonly threshold: number
  readonly shingling: Shingling
  /** The share of the pairs just at the threshold that bands find; more of those above it. */
  readonly expectedRecall: number
  /** Rows that shared a band with another. */
  readonly candidates: number
  /** Pairs whose similarity was computed. */
  readonly compared: number
}

export interface NearResult {
  readonly pairs: readonly NearPair[]
  readonly method: NearMethod
}

/** How many texts of one bucket a text is compared with at most: mass-produced texts would else take the square of their number. */
const mostInBucket = 64

/**
 * Texts that are like an earlier one that stays. Greedy in the order of reading: a text goes where it is at least `threshold` like one
 * that stays, so each text that goes has one that stays and is that like it, and no chain joins what is not alike.
 *
 * Two readings. The first makes the band hashes (4 bytes for each band and text); texts that share none with another are done. The second
 * compares the rest, exactly. Memory: some 4·bands + 12 bytes a text, and the sets of candidates as `TextSets` says.
 */
export async function findNearDuplicates(read: ReadTexts, options: NearOptions): Promise<NearResult> {
  return find(read, undefined, options)
}

/**
 * Texts of `read` that are like a text of `other`; for each, the first that was found. Both in one count of rows: those of
 * `other` first.
 */
export async function findNearAcross(
  other: ReadTexts,
  read: ReadTexts,
  options: NearOptions,
): Promise<NearResult> {
  const result = await find(read, other, options)
  return result
}

async function find(
  read: ReadTexts,
  other: ReadTexts | undefined,
  options: NearOptions,
): Promise<NearResult> {
  const shingling = options.shingling ?? defaultShingling
  const shingler = new Shingler(shingling)
  const plan = planBands(options.threshold)
  const signatures = new BandHashes(plan)

  let known = 0
  if (other)
    for await (const texts of other()) {
      options.signal.throwIfAborted()
      for (const text of texts) signatures.add(shingler.cut(text))
      known += texts.length
    }
  for await (const texts of read()) {
    options.signal.throwIfAborted()
    for (const text of texts) signatures.add(shingler.cut(text))
  }
  options.progress?.(0.5)
  const isCandidate = signatures.sharing(other ? known : undefined)
  let candidates = 0
  for (const flag of isCandidate) candidates += flag

  const buckets = new Buckets(signatures, candidates)
  const sets = new TextSets(options.scratch)
  const pairs: NearPair[] = []
  let compared = 0
  try {
    let row = 0
    const visit = (text: string, isKnown: boolean) => {
      const at = row++
      if (isCandidate[at] !== 1) return
      const set = shingler.setOf(text)
      if (set.length === 0) return
      if (!isKnown) {
        const found = buckets.nearest(at, set, sets, options.threshold)
        compared += found.compared
        if (found.of !== undefined) {
          pairs.push({ row: at, of: found.of, similarity: found.similarity })
          return
        }
        if (other) return
      }
      sets.put(at, set)
      buckets.add(at)
    }
    if (other)
      for await (const texts of other()) {
        options.signal.throwIfAborted()
        for (const text of texts) visit(text, true)
      }
    for await (const texts of read()) {
      options.signal.throwIfAborted()
      for (const text of texts) visit(text, false)
      options.progress?.(0.5 + (0.5 * row) / Math.max(1, signatures.count))
    }
  } finally {
    sets.close()
  }
  return {
    pairs,
    method: {
      ...plan,
      threshold: options.threshold,
      shingling,
      expectedRecall: candidateChance(options.threshold, plan),
      candidates,
      compared,
    },
  }
}

/** The band hashes of all texts, one after another. */
class BandHashes {
  readonly plan: Bands
  count = 0
  #hashes: Uint32Array
  readonly #minHash = new MinHash()

  constructor(plan: Bands) {
    this.plan = plan
    this.#hashes = new Uint32Array(plan.bands * 4_096)
  }

  add(shingles: Uint32Array): void {
    const offset = this.count * this.plan.bands
    if (offset + this.plan.bands > this.#hashes.length) {
      const wider = new Uint32Array(Math.ceil(this.#hashes.length * 1.5))
      wider.set(this.#hashes)
      this.#hashes = wider
    }
    this.#minHash.signBands(shingles, this.plan, this.#hashes, offset)
    this.count += 1
  }

  at(row: number, band: number): number {
    return this.#hashes[row * this.plan.bands + band] ?? 0
  }

  /**
   * 1 for each text that shares a band with another; where `known` is given, with one on the other side of it. Sorts one band after another,
   * as numbers that hold hash and row.
   */
  sharing(known: number | undefined): Uint8Array {
    const isShared = new Uint8Array(this.count)
    const order = new Float64Array(this.count)
    for (let band = 0; band < this.plan.bands; band += 1) {
      for (let row = 0; row < this.count; row += 1) order[row] = this.at(row, band) * rowLimit + row
      order.sort()
      for (let from = 0; from < order.length;) {
        const hash = Math.floor((order[from] ?? 0) / rowLimit)
        let to = from + 1
        while (to < order.length && Math.floor((order[to] ?? 0) / rowLimit) === hash) to += 1
        const first = (order[from] ?? 0) - hash * rowLimit
        const last = (order[to - 1] ?? 0) - hash * rowLimit
        // rows of one hash are in their order, so the first and the last tell whether both sides are there
        if (to - from > 1 && (known === undefined || (first < known && last >= known)))
          for (let at = from; at < to; at += 1) isShared[(order[at] ?? 0) - hash * rowLimit] = 1
        from = to
      }
    }
    return isShared
  }
}

/** Rows fit into 21 bits beside a hash of 32 in the 53 that a number holds exactly. */
const rowLimit = 2 ** 21

/** By band hash, the texts that stay: tables with open chains, in typed arrays. */
class Buckets {
  readonly #hashes: BandHashes
  readonly #heads: Int32Array
  readonly #next: Int32Array
  readonly #rows: Int32Array
  readonly #mask: number
  #count = 0

  constructor(hashes: BandHashes, capacity: number) {
    this.#hashes = hashes
    let size = 16
    while (size < capacity) size *= 2
    this.#mask = size - 1
    this.#heads = new Int32Array(size * hashes.plan.bands).fill(-1)
    this.#next = new Int32Array(capacity * hashes.plan.bands)
    this.#rows = new Int32Array(capacity)
  }

  add(row: number): void {
    const { bands } = this.#hashes.plan
    const entry = this.#count++
    this.#rows[entry] = row
    for (let band = 0; band < bands; band += 1) {
      const slot = band * (this.#mask + 1) + (this.#hashes.at(row, band) & this.#mask)
      this.#next[entry * bands + band] = this.#heads[slot] ?? -1
      this.#heads[slot] = entry
    }
  }

  /** The most similar text that stays, of those in a bucket with this one; `undefined` where none is similar enough. */
  nearest(row: number, set: Uint32Array, sets: TextSets, threshold: number) {
    const { bands } = this.#hashes.plan
    const seen = new Set<number>()
    let of: number | undefined
    let similarity = 0
    for (let band = 0; band < bands && similarity < 1; band += 1) {
      const hash = this.#hashes.at(row, band)
      let entry = this.#heads[band * (this.#mask + 1) + (hash & this.#mask)] ?? -1
      for (
        let looked = 0;
        entry >= 0 && looked < mostInBucket;
        entry = this.#next[entry * bands + band] ?? -1
      ) {
        const candidate = this.#rows[entry] ?? -1
        if (this.#hashes.at(candidate, band) !== hash) continue
        looked += 1
        if (seen.has(candidate)) continue
        seen.add(candidate)
        const found = jaccard(set, sets.get(candidate))
        if (found >= threshold && found > similarity) {
          of = candidate
          similarity = found
          if (similarity === 1) break
        }
      }
    }
    return { of, similarity, compared: seen.size }
  }
}
