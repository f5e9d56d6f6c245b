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

export class DurationSketch {
  readonly #counts = new Map<number, number>()
  #total = 0

  get count(): number {
    return this.#total
  }

  add(durationMs: number): void {
    const bucket = Math.max(0, Math.ceil(Math.log(durationMs / shortestMs) / logGrowth))
    this.#addTo(Number.isFinite(bucket) ? bucket : 0, 1)
  }

  /** Adds all that `encode` wrote. */
  addEncoded(bytes: Uint8Array): void {
    let bucket = 0
    let position = 0
    while (position < bytes.length) {
      const step = readVariableInteger(bytes, position)
      const count = readVariableInteger(bytes, step.next)
      position = count.next
      bucket += step.value
      this.#addTo(bucket, count.value)
    }
  }

  /** The duration in milliseconds that a share of `quantile` (0 to 1) does not exceed; `undefined` where empty. */
  quantile(quantile: number): number | undefined {
    if (this.#total === 0) return undefined
    const rank = quantile * (this.#total - 1)
    let seen = 0
    for (const [bucket, count] of this.#sorted()) {
      seen += count
      if (seen > rank) return (shortestMs * 2 * growth ** bucket) / (growth + 1)
    }
    return undefined
  }

  /** Pairs of (step from the last bucket, count), each a variable-length integer: 2 to 4 bytes a bucket in use. */
  encode(): Uint8Array {
    const bytes: number[] = []
    let last = 0
    for (const [bucket, count] of this.#sorted()) {
      writeVariableInteger(bytes, bucket - last)
      writeVariableInteger(bytes, count)
      last = bucket
    }
    return Uint8Array.from(bytes)
  }

  #sorted(): [number, number][] {
    return [...this.#counts].toSorted(([left], [right]) => left - right)
  }

  #addTo(bucket: number, count: number): void {
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count)
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

function readVariableInteger(bytes: Uint8Array, start: number): { value: number; next: number } {
  let value = 0
  let scale = 1
  for (let position = start; ; position += 1) {
    const byte = bytes[position]
    if (byte === undefined) throw new RangeError('A duration sketch ends within a number: it was cut off.')
    value += (byte & 127) * scale
    if (byte < 128) return { value, next: position + 1 }
    scale *= 128
  }
}
