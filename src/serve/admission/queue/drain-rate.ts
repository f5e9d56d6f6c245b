/** Older observations weigh 1/e after this long. */
const memoryMs = 30_000
const leastEnds = 4
const leastMs = 500

/**
 * How fast a target works off what waits, learned only while something waits: at other times it is not at its
 * limit, and a rate taken then would make every burst look hopeless.
 */
export class DrainRate {
  #units = 0
  #ms = 0
  #ends = 0
  #at: number | undefined

  /** Call whenever the queue changes, before it does: `isWaiting` held since the last call. */
  tick(nowMs: number, isWaiting: boolean): void {
    const elapsedMs = nowMs - (this.#at ?? nowMs)
    this.#at = nowMs
    if (!isWaiting || elapsedMs <= 0) return
    const kept = Math.exp(-elapsedMs / memoryMs)
    this.#units *= kept
    this.#ends *= kept
    this.#ms = this.#ms * kept + elapsedMs
  }

  /** A request has ended that was expected to use this. */
  ended(units: number, isWaiting: boolean): void {
    if (!isWaiting) return
    this.#units += units
    this.#ends += 1
  }

  /** Units a millisecond; `undefined` before enough was seen. */
  rate(): number | undefined {
    return this.#ends < leastEnds || this.#ms < leastMs || this.#units <= 0
      ? undefined
      : this.#units / this.#ms
  }
}
