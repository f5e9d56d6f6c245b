/** A question that was answered, as the direction of its meaning. */
interface Entry {
  readonly vector: Float32Array
  /** The key of its answer in the store. */
  readonly answerKey: string
  readonly expiresAtMs: number
}

export interface Match {
  readonly answerKey: string
  /** Cosine of the angle between the two questions, at most 1. */
  readonly similarity: number
}

const mostEntriesEach = 2_000
const mostContexts = 5_000

/** Finds the question that means most nearly the same, among those in the same context. Memory is bounded. */
export class SemanticIndex {
  readonly #contexts = new Map<string, Entry[]>()

  /** `vector` is of length 1. */
  nearest(context: string, vector: Float32Array, nowMs: number): Match | undefined {
    let best: Match | undefined
    for (const entry of this.#contexts.get(context) ?? []) {
      if (entry.expiresAtMs <= nowMs || entry.vector.length !== vector.length) continue
      const similarity = dot(entry.vector, vector)
      if (!best || similarity > best.similarity) best = { answerKey: entry.answerKey, similarity }
    }
    return best
  }

  add(context: string, entry: Entry, nowMs: number): void {
    const others = (this.#contexts.get(context) ?? []).filter(
      ({ expiresAtMs, answerKey }) => expiresAtMs > nowMs && answerKey !== entry.answerKey,
    )
    // what is used last stands last, in the map and in its list
    this.#contexts.delete(context)
    this.#contexts.set(context, [...others.slice(1 - mostEntriesEach), entry])
    for (const oldest of this.#contexts.keys()) {
      if (this.#contexts.size <= mostContexts) break
      this.#contexts.delete(oldest)
    }
  }

  clear(): void {
    this.#contexts.clear()
  }
}

/** The vector with length 1, so that a product of two is the cosine of their angle; `undefined` for one without any. */
export function unitVector(values: readonly number[]): Float32Array | undefined {
  const length = Math.hypot(...values)
  if (!(length > 0) || !Number.isFinite(length)) return undefined
  return Float32Array.from(values, value => value / length)
}

export function dot(left: Float32Array, right: Float32Array): number {
  let sum = 0
  for (let index = 0; index < left.length; index += 1) sum += (left[index] ?? 0) * (right[index] ?? 0)
  return sum
}
