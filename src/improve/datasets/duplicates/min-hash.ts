import { mix } from './shingles.ts'

/** How many values a signature has; a power of two. */
export const signatureSize = 128

/** Bands of a signature: two texts are candidates where all rows of one band agree. */
export interface Bands {
  readonly bands: number
  readonly rows: number
}

/** The least share of the pairs at the threshold that become candidates. */
export const leastRecall = 0.99

/** That two texts of this similarity agree in one band at least: 1 − (1 − s^r)^b (Leskovec, Rajaraman, Ullman, section 3.4). */
export function candidateChance(similarity: number, { bands, rows }: Bands): number {
  return 1 - (1 - similarity ** rows) ** bands
}

/** The longest bands, thus the fewest candidates in vain, with which pairs at the threshold are found with `leastRecall`. */
export function planBands(threshold: number): Bands {
  for (let rows = 32; rows > 1; rows -= 1) {
    const plan = { bands: Math.floor(signatureSize / rows), rows }
    if (candidateChance(threshold, plan) >= leastRecall) return plan
  }
  return { bands: signatureSize, rows: 1 }
}

const empty = 0xffffffff

/**
 * One-permutation MinHash: each shingle falls into one of 128 bins, a bin keeps its smallest value, so that a text costs one
 * hash for each shingle instead of 128 (Li, Owen, Zhang, NIPS 2012). Empty bins borrow from others in an order that is the same for all
 * texts (optimal densification: Shrivastava, ICML 2017), after which P(two values agree) is the Jaccard similarity.
 */
export class MinHash {
  readonly #signature = new Uint32Array(signatureSize)

  /** The signature of the shingles; holds until the next call. */
  sign(shingles: Uint32Array): Uint32Array {
    const signature = this.#signature.fill(empty)
    for (let at = 0; at < shingles.length; at += 1) {
      const shingle = shingles[at] ?? 0
      const bin = shingle & (signatureSize - 1)
      const value = mix(shingle ^ 0x9e3779b9)
      if (value < (signature[bin] ?? empty)) signature[bin] = value
    }
    if (shingles.length > 0) densify(signature)
    return signature
  }

  /** One hash for each band, written to `into` from `offset` on. */
  signBands(shingles: Uint32Array, { bands, rows }: Bands, into: Uint32Array, offset: number): void {
    const signature = this.sign(shingles)
    for (let band = 0; band < bands; band += 1) {
      let hash = band + 1
      for (let row = band * rows; row < (band + 1) * rows; row += 1)
        hash = mix(hash ^ (signature[row] ?? 0)) + 1
      into[offset + band] = hash >>> 0
    }
  }
}

const isEmpty = new Uint8Array(signatureSize)

function densify(signature: Uint32Array): void {
  let isWhole = true
  for (let bin = 0; bin < signatureSize; bin += 1) {
    isEmpty[bin] = signature[bin] === empty ? 1 : 0
    if (isEmpty[bin] === 1) isWhole = false
  }
  if (isWhole) return
  for (let bin = 0; bin < signatureSize; bin += 1) {
    if (isEmpty[bin] === 0) continue
    let attempt = 1
    let from = bin
    while (isEmpty[from] === 1) {
      from = mix((bin << 16) + attempt) & (signatureSize - 1)
      attempt += 1
    }
    signature[bin] = signature[from] ?? empty
  }
}
