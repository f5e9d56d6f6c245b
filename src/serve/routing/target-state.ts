import type { BreakerConfig } from '../../foundation/config/index.ts'
import type { Failure } from '../../foundation/platform/index.ts'
import { CircuitBreaker, type BreakerState } from './circuit-breaker.ts'
import type { Judgement } from './failure-cause.ts'

/** Time constant of the latency average: old samples weigh 1/e after this long. */
const memoryMs = 10_000
/** A key that was refused is tried again this much later: somebody may have mended it. */
const refusedKeyMs = 30_000
/** Where a rate limit does not say how long it holds. */
const unsaidLimitMs = 1_000
const longestLimitMs = 60_000

export interface TargetHealth {
  readonly state: BreakerState | 'cooling'
  readonly reason: string | undefined
  readonly retryInMs: number
  readonly inFlight: number
  /** Average time to the first token (or to the whole answer), recent calls first; `undefined` before the first. */
  readonly latencyMs: number | undefined
}

/** What is known of a target from its calls. Outlives reloads of the configuration. */
export class TargetState {
  readonly breaker: CircuitBreaker
  inFlight = 0
  /** `performance.now()` of the last answer. */
  lastAnswerAt = 0
  #coolingUntil = 0
  #coolingCode: 'upstream_rate_limited' | 'upstream_unauthorized' = 'upstream_rate_limited'
  #latencyMs: number | undefined
  #latencyAt = 0

  constructor(config: BreakerConfig) {
    this.breaker = new CircuitBreaker(config)
  }

  isAvailable(now: number): boolean {
    return now >= this.#coolingUntil && this.breaker.allows(now)
  }

  /** Milliseconds until it may be called again; 0 where it may be now. */
  waitMs(now: number): number {
    return Math.max(0, this.#coolingUntil - now, this.breaker.waitMs(now))
  }

  /** Why it may not be called. */
  reason(now: number): string | undefined {
    if (now >= this.#coolingUntil) return this.breaker.reason
    return this.#coolingCode === 'upstream_rate_limited'
      ? 'it limits the rate of our calls'
      : 'it refused our credentials; look at its key'
  }

  /** What a call that comes now is answered with, where it is not available. */
  unavailability(now: number): 'upstream_rate_limited' | 'upstream_unauthorized' | 'no_target_available' {
    return now < this.#coolingUntil ? this.#coolingCode : 'no_target_available'
  }

  /**
   * Peak-sensitive moving average (Finagle's PeakEWMA): a slower answer counts at once, a faster one by and by.
   */
  answered(now: number, latencyMs: number): void {
    this.lastAnswerAt = now
    this.breaker.succeed(now)
    const before = this.#latencyMs
    if (before === undefined || latencyMs > before) this.#latencyMs = latencyMs
    else {
      const weight = Math.exp(-(now - this.#latencyAt) / memoryMs)
      this.#latencyMs = before * weight + latencyMs * (1 - weight)
    }
    this.#latencyAt = now
  }

  failed(now: number, failure: Failure, { scope }: Judgement): void {
    if (scope === 'server') this.breaker.fail(now, failure.code)
    if (scope !== 'key') return
    const isLimit = failure.code === 'upstream_rate_limited'
    const asked = failure.details.retryAfterSeconds
    const waitMs = isLimit
      ? Math.min(asked === undefined ? unsaidLimitMs : asked * 1_000, longestLimitMs)
      : refusedKeyMs
    if (now + waitMs <= this.#coolingUntil) return
    this.#coolingUntil = now + waitMs
    this.#coolingCode = isLimit ? 'upstream_rate_limited' : 'upstream_unauthorized'
  }

  /** What another call would cost in time: the load, weighted by how slow it answers. Lower is better. */
  load(): number {
    return (this.inFlight + 1) * (this.#latencyMs ?? 1)
  }

  health(now: number): TargetHealth {
    const isCooling = now < this.#coolingUntil
    return {
      state: isCooling ? 'cooling' : this.breaker.state(now),
      reason: this.reason(now),
      retryInMs: Math.ceil(this.waitMs(now)),
      inFlight: this.inFlight,
      latencyMs: this.#latencyMs,
    }
  }
}
