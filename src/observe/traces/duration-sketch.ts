/**
 * Durations in logarithmic buckets: DDSketch (Masson, Rim, Lee, VLDB 2019, https://doi.org/10.14778/3352063.3352135)
 * without a limit on buckets, which durations do not need. A quantile is off by at most `relativeError` of
 * itself, and sketches of parts add up to the sketch of the whole, which percentiles do not.
 */

/** The most by which a quantile may be off, as a share of its value. */
export const relativeError = 0.01

const growth = (1 + relativeError) / (1 - relativeError)
const logGrowth = Math.log(growth)
/** Shorter durations count as this one. */
const shortestMs = 0.01
/** Beyond a year; what claims to be longer is no duration. */
const mostBuckets = 2_048

export class DurationSketch {
  /** How many durations each bucket holds; grows to the longest one seen. */
  #counts = new Uint32Array(0)
  #total = 0

  get count(): number {
    return this.#total
  }

  add(durationMs: number): void {
    const bucket = Math.ceil(Math.log(durationMs / shortestMs) / logGrowth)
    this.#addTo(bucket > 0 && bucket < mostBuckets ? bucket : 0, 1)
  }

  addSketch(other: DurationSketch): void {
    const counts = other.#counts
    for (let bucket = 0; bucket < counts.length; bucket += 1) {
      const count = counts[bucket] ?? 0
      if (count > 0) this.#addTo(bucket, count)
    }
  }

  /** Adds all that `encode` wrote. */
  addEncoded(bytes: Uint8Array): void {
    let bucket = 0
    let value = 0
    let scale = 1
    let isCount = false
    for (const byte of bytes) {
      value += (byte & 127) * scale
      scale *= 128
      if (byte >= 128) continue
      if (isCount) this.#addTo(bucket, value)
      else bucket += value
      isCount = !isCount
      value = 0
      scale = 1
    }
    if (isCount || scale !== 1) throw new RangeError('A duration sketch ends within a pair: it was cut off.')
  }

  /** The duration in milliseconds that a share of `quantile` (0 to 1) does not exceed; `undefined` where empty. */
  quantile(quantile: number): number | undefined {
    if (this.#total === 0) return undefined
    const rank = quantile * (this.#total - 1)
    let seen = 0
    const bucket = this.#counts.findIndex(count => (seen += count) > rank)
    return (shortestMs * 2 * growth ** bucket) / (growth + 1)
  }

  /** Pairs of (step from the last bucket, count), each a variable-length integer: 2 to 4 bytes a bucket in use. */
  encode(): Uint8Array {
    const bytes: number[] = []
    const counts = this.#counts
    let last = 0
    for (let bucket = 0; bucket < counts.length; bucket += 1) {
      const count = counts[bucket] ?? 0
      if (count === 0) continue
      writeVariableInteger(bytes, bucket - last)
      writeVariableInteger(bytes, count)
      last = bucket
    }
    return Uint8Array.from(bytes)
  }

  #addTo(bucket: number, count: number): void {
    if (bucket >= this.#counts.length) {
      const grown = new Uint32Array(Math.ceil((bucket + 1) / 128) * 128)
      grown.set(this.#counts)
      this.#counts = grown
    }
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count
    this.#total += count
  }
}

function writeVariableInteger(bytes: number[], value: number): void {
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
}
