import type { BreakerConfig } from '../../foundation/config/index.ts'

export type BreakerState = 'closed' | 'open' | 'half-open'

const windowMs = 30_000
const leastCalls = 20
const longestOpenMs = 60_000

/**
 * Takes a target out that fails, and lets one call at a time try whether it is back. Trips on failures in a row, or on
 * their share of the calls in the last half minute. Times are milliseconds of one monotonic clock, given by the caller.
 */
export class CircuitBreaker {
  readonly #config: BreakerConfig
  #failuresInRow = 0
  #windowStart = 0
  #calls = 0
  #failures = 0
  #openUntil = 0
  #openMs: number
  #isOpen = false
  #probeUntil = 0
  #reason: string | undefined

  constructor(config: BreakerConfig) {
    this.#config = config
    this.#openMs = config.openMs
  }

  state(now: number): BreakerState {
    if (!this.#isOpen) return 'closed'
    return now < this.#openUntil ? 'open' : 'half-open'
  }

  /** Why it is open, e.g. `5 failures in a row, the last one upstream_timeout`. */
  get reason(): string | undefined {
    return this.#isOpen ? this.#reason : undefined
  }

  /** Milliseconds until it may be tried again; 0 where it may be now. */
  waitMs(now: number): number {
    if (!this.#isOpen) return 0
    return Math.max(0, Math.max(this.#openUntil, this.#probeUntil) - now)
  }

  allows(now: number): boolean {
    return this.waitMs(now) === 0
  }

  /** A call goes out. Half open, it is the probe: no other is let through until it has ended, or for `openMs`. */
  begin(now: number): void {
    if (this.#isOpen) this.#probeUntil = now + this.#openMs
  }

  succeed(now: number): void {
    this.#count(now, false)
    this.#failuresInRow = 0
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#probeUntil = 0
    this.#openMs = this.#config.openMs
    this.#calls = this.#failures = 0
  }

  /** `why` is the code of the failure. */
  fail(now: number, why: string): void {
    this.#count(now, true)
    this.#failuresInRow += 1
    if (this.#isOpen) {
      // only the end of the probe counts: what was under way when it opened says nothing new
      if (now < this.#openUntil) return
      this.#openMs = Math.min(this.#openMs * 2, longestOpenMs)
      return this.#open(now, `still failing when tried again: ${why}`)
    }
    if (this.#failuresInRow >= this.#config.failures) {
      const row = this.#failuresInRow
      return this.#open(
        now,
        row === 1 ? `a failure: ${why}` : `${row} failures in a row, the last one ${why}`,
      )
    }
    const percent = (this.#failures / this.#calls) * 100
    if (this.#calls >= leastCalls && percent >= this.#config.errorPercent) {
      this.#open(now, `${Math.round(percent)} % of ${this.#calls} calls failed, the last one with ${why}`)
    }
  }

  #open(now: number, reason: string): void {
    this.#isOpen = true
    this.#openUntil = now + this.#openMs
    this.#probeUntil = 0
    this.#reason = reason
  }

  #count(now: number, isFailure: boolean): void {
    if (now - this.#windowStart > windowMs) {
      this.#windowStart = now
      this.#calls = this.#failures = 0
    }
    this.#calls += 1
    if (isFailure) this.#failures += 1
  }
}
