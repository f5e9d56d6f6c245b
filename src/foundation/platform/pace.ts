/** The longest pause between two looks whether there is room again. */
const longestPauseMs = 30_000
const yieldMs = 50

/**
 * How many calls of work in the background (lines of a batch, examples of an evaluation) are under way: one more after
 * each round of successes, half where there is no room or the target gets slow, as TCP does (RFC 5681, additive increase
 * and multiplicative decrease). So it takes what is idle and yields it.
 */
export class Pace {
  readonly #most: () => number
  readonly #now: () => number
  #allowed = 1
  #pausedUntilMs = 0
  #refusals = 0
  #sinceSlowed = 0

  constructor(most: () => number, now: () => number = Date.now) {
    this.#most = most
    this.#now = now
  }

  /** Calls that may be under way now. */
  get allowed(): number {
    return Math.max(1, Math.min(Math.floor(this.#allowed), this.#most()))
  }

  /** One was answered, and there may be more at once. */
  speedUp(): void {
    this.#refusals = 0
    this.#allowed = Math.min(this.#allowed + 1 / Math.max(this.#allowed, 1), this.#most())
    this.#sinceSlowed += 1
  }

  /** One was answered, and it is not known whether there may be more. */
  keep(): void {
    this.#refusals = 0
    this.#sinceSlowed += 1
  }

  /** One was answered, and the target gets slow: half as many, once for those that were under way together. */
  giveWay(): void {
    this.#refusals = 0
    this.#sinceSlowed += 1
    if (this.#sinceSlowed < this.#allowed) return
    this.#sinceSlowed = 0
    this.#allowed = Math.max(1, this.#allowed / 2)
  }

  /** There is no room: wait as long as was asked, or twice as long as the last time. */
  slowDown(retryAfterSeconds: number | undefined): void {
    // those that were refused together count once
    if (this.#now() >= this.#pausedUntilMs) {
      this.#refusals += 1
      this.#allowed = Math.max(1, this.#allowed / 2)
    }
    const pauseMs =
      retryAfterSeconds === undefined ? 250 * 2 ** Math.min(this.#refusals, 7) : retryAfterSeconds * 1_000
    this.#pauseFor(pauseMs)
  }

  /** Somebody of a higher class waits: look again soon. */
  yield(): void {
    this.#pauseFor(yieldMs)
  }

  pause(attempt: number): void {
    this.#pauseFor(250 * 2 ** attempt)
  }

  /** Resolves when more may be asked, or none shall be; throws where the signal aborts. */
  async wait(signal: AbortSignal, isHeld: () => boolean): Promise<void> {
    for (let restMs = this.#restMs(); restMs > 0 && !isHeld(); restMs = this.#restMs()) {
      signal.throwIfAborted()
      await new Promise(resolve => setTimeout(resolve, Math.min(restMs * (1 + Math.random() / 4), 1_000)))
    }
    signal.throwIfAborted()
  }

  #pauseFor(pauseMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#now() + Math.min(pauseMs, longestPauseMs))
  }

  #restMs(): number {
    return this.#pausedUntilMs - this.#now()
  }
}
