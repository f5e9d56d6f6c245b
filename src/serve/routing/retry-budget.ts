/**
 * Bounds the share of calls that are sent twice, so that retries cannot multiply an outage: each call deposits
 * `percent` hundredths, each retry or hedge takes a whole one out. `reservePerMinute` is paid in whatever the traffic,
 * so that a quiet service may retry too. Holds at most a minute's worth.
 */
export class RetryBudget {
  readonly #percent: number
  readonly #reservePerMinute: number
  #balance: number
  #filledAt: number | undefined

  constructor(percent: number, reservePerMinute: number) {
    this.#percent = percent
    this.#reservePerMinute = reservePerMinute
    this.#balance = reservePerMinute
  }

  deposit(): void {
    this.#balance = Math.min(this.#balance + this.#percent / 100, Math.max(100, this.#reservePerMinute))
  }

  /** Whether one more may be sent; takes it out where it may. `now` is milliseconds of a monotonic clock. */
  withdraw(now: number): boolean {
    const elapsedMs = now - (this.#filledAt ?? now)
    this.#filledAt = now
    const refilled = this.#balance + (elapsedMs / 60_000) * this.#reservePerMinute
    this.#balance = Math.min(refilled, Math.max(this.#balance, this.#reservePerMinute))
    if (this.#balance < 1) return false
    this.#balance -= 1
    return true
  }
}
