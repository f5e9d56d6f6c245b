/** Weights of a new call in the averages. */
const [ofRecent, ofUsual] = [0.1, 0.05]
/** Slower than usual by this factor is slower because of load; less is noise. */
const tolerance = 1.5
const noiseMs = 5
/** Calls before anything is said. */
const fewest = 4
/** What nobody has called for so long says nothing about now. */
const freshMs = 10_000

/**
 * Whether calls of one kind to one target take longer than they do while it is quiet, as TCP Vegas tells how full a queue
 * is that nobody declares. What is usual is learned from quiet moments alone: from those that the lines of batches have
 * filled themselves, it would drift upwards with them.
 */
export class LatencyWatch {
  readonly #now: () => number
  readonly #recent = new Ratio(ofRecent)
  readonly #usual = new Ratio(ofUsual)
  #lastAt = -Infinity

  constructor(now: () => number) {
    this.#now = now
  }

  /** `units` is what the time is for: tokens of the answer, or 1 for the first of them. */
  observe(call: { readonly latencyMs: number; readonly units: number; readonly isQuiet: boolean }): void {
    this.#lastAt = this.#now()
    this.#recent.add(call.latencyMs, call.units)
    if (call.isQuiet) this.#usual.add(call.latencyMs, call.units)
  }

  /** `undefined` while too few calls were seen to tell. */
  get isSlow(): boolean | undefined {
    if (this.#usual.count < fewest || this.#now() - this.#lastAt > freshMs) return undefined
    return this.#recent.value > this.#usual.value * tolerance + noiseMs / this.#usual.units
  }
}

/** Average time over average units: long answers weigh by their length. */
class Ratio {
  readonly #weight: number
  #milliseconds = 0
  units = 0
  count = 0

  constructor(weight: number) {
    this.#weight = weight
  }

  add(milliseconds: number, units: number): void {
    this.count += 1
    // a plain average at first
    const weight = Math.max(this.#weight, 1 / this.count)
    this.#milliseconds += weight * (milliseconds - this.#milliseconds)
    this.units += weight * (units - this.units)
  }

  get value(): number {
    return this.#milliseconds / this.units
  }
}
