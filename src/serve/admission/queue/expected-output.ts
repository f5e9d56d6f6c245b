import type { Slot } from './slot.ts'

/** What is expected of a service that has hardly been called. */
const unknownTokens = 256
const leastSamples = 8
const quantile = 0.75
/** After this many answers the older ones weigh half. */
const halfLife = 512
const ratio = 1.25

/**
 * How long the answers of a service are, learned from those it gave: a running quantile (three of four are not
 * longer), since `max_tokens` says what a client allows and is usually many times what comes.
 */
export class ExpectedOutput {
  readonly #counts: number[] = []
  #total = 0
  #sinceHalving = 0

  /** Tokens; never more than the request allows. */
  expect(mostTokens: number | undefined): number {
    return Math.min(this.#quantile() ?? unknownTokens, mostTokens ?? Infinity)
  }

  learn(outputTokens: number): void {
    const bucket = Math.max(0, Math.ceil(Math.log(Math.max(1, outputTokens)) / Math.log(ratio)))
    while (this.#counts.length <= bucket) this.#counts.push(0)
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#total += 1
    this.#sinceHalving += 1
    if (this.#sinceHalving < halfLife) return
    this.#sinceHalving = 0
    this.#total = 0
    for (const [index, count] of this.#counts.entries()) {
      this.#counts[index] = count / 2
      this.#total += count / 2
    }
  }

  /** The same slot; its answer is learned from when it is over. */
  follow(slot: Slot): Slot {
    return {
      progress: outputTokens => slot.progress(outputTokens),
      leave: used => {
        if (used) this.learn(used.outputTokens)
        slot.leave(used)
      },
    }
  }

  #quantile(): number | undefined {
    if (this.#total < leastSamples) return undefined
    let below = 0
    for (const [bucket, count] of this.#counts.entries()) {
      below += count
      if (below >= this.#total * quantile) return Math.round(ratio ** bucket)
    }
    return undefined
  }
}
