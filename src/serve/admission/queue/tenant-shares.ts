const bucketMs = 5_000
const buckets = 60
const keptWaits = 256

/** What a tenant got of a target lately, for people: the order has counters of its own. */
export class TenantShare {
  readonly #served = new Float64Array(buckets)
  readonly #waitsMs: number[] = []
  #waitIndex = 0
  #bucket = 0
  total = 0
  inFlightRequests = 0
  inFlightTokens = 0
  /** Requests that wait. */
  waiting = 0
  weight = 1
  lastEnteredAtMs = -Infinity
  /** Something of it is under way or waits. */
  isPresent = false

  served(nowMs: number, tokens: number): void {
    this.#advance(nowMs)
    const at = this.#bucket % buckets
    this.#served[at] = Math.max(0, (this.#served[at] ?? 0) + tokens)
    this.total += tokens
  }

  waited(waitMs: number): void {
    this.#waitsMs[this.#waitIndex] = waitMs
    this.#waitIndex = (this.#waitIndex + 1) % keptWaits
  }

  /** Tokens in each five seconds of the last five minutes, the oldest first. */
  history(nowMs: number): number[] {
    this.#advance(nowMs)
    return Array.from(
      { length: buckets },
      (_, index) => this.#served[(this.#bucket + 1 + index) % buckets] ?? 0,
    )
  }

  /** Of the last 256 requests; `undefined` where there were none. */
  waitMs(quantile: number): number | undefined {
    const sorted = this.#waitsMs.toSorted((left, right) => left - right)
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))]
  }

  #advance(nowMs: number): void {
    const bucket = Math.floor(nowMs / bucketMs)
    const passed = Math.min(buckets, bucket - this.#bucket)
    for (let step = 1; step <= passed; step += 1) this.#served[(bucket - passed + step) % buckets] = 0
    if (passed > 0) this.#bucket = bucket
  }
}
