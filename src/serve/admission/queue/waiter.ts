import type { Entrant, Slot } from './slot.ts'

interface Settle {
  readonly resolve: (slot: Slot) => void
  readonly reject: (reason: unknown) => void
}

/** One request, from entering a queue until it leaves the target. */
export class Waiter {
  readonly tenant: string
  readonly weight: number
  readonly priority: Entrant['priority']
  readonly inputTokens: number
  readonly expectedOutputTokens: number
  readonly prefix: readonly number[]
  readonly isStream: boolean
  readonly enteredAtMs: number
  readonly #signal: AbortSignal
  #settle: Settle | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #onAbort: (() => void) | undefined

  constructor(entrant: Entrant, enteredAtMs: number, signal: AbortSignal) {
    this.tenant = entrant.tenant
    this.weight = entrant.weight
    this.priority = entrant.priority
    this.inputTokens = entrant.inputTokens
    this.expectedOutputTokens = entrant.expectedOutputTokens
    this.prefix = entrant.prefix ?? []
    this.isStream = entrant.isStream ?? false
    this.enteredAtMs = enteredAtMs
    this.#signal = signal
  }

  /** What it holds of the target while it is under way, as far as is known before. */
  get tokens(): number {
    return this.inputTokens + this.expectedOutputTokens
  }

  /** Tokens that the target has to work in before the first token, which is heard of only where it streams. */
  get promptTokens(): number {
    return this.isStream ? this.inputTokens : 0
  }

  /** Until `resolve` or `reject`; `giveUp` is told where the signal fires or the time is over before. */
  async wait(boundMs: number, giveUp: (reason: 'aborted' | 'too_old') => void): Promise<Slot> {
    return await new Promise<Slot>((resolve, reject) => {
      this.#settle = { resolve, reject }
      this.#onAbort = () => {
        giveUp('aborted')
        this.reject(this.#signal.reason)
      }
      this.#signal.addEventListener('abort', this.#onAbort, { once: true })
      if (boundMs !== Infinity) this.#timer = setTimeout(() => giveUp('too_old'), boundMs)
    })
  }

  resolve(slot: Slot): void {
    this.#end()?.resolve(slot)
  }

  reject(reason: unknown): void {
    this.#end()?.reject(reason)
  }

  /**
   * Lets a slot be left once, and leaves it for whoever was aborted and does not: the moment between a slot being
   * given and the waiter hearing of it would lose it for ever.
   */
  hold(slot: Slot): Slot {
    let isLeft = false
    const onAbort = (): void => void setTimeout(() => held.leave(undefined))
    const held: Slot = {
      progress: outputTokens => {
        if (!isLeft) slot.progress(outputTokens)
      },
      leave: used => {
        if (isLeft) return
        isLeft = true
        this.#signal.removeEventListener('abort', onAbort)
        slot.leave(used)
      },
    }
    this.#signal.addEventListener('abort', onAbort, { once: true })
    return held
  }

  #end(): Settle | undefined {
    const settle = this.#settle
    this.#settle = undefined
    clearTimeout(this.#timer)
    if (this.#onAbort) this.#signal.removeEventListener('abort', this.#onAbort)
    return settle
  }
}
