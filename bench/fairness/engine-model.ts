/** What one iteration of the engine costs, in milliseconds, and what it holds. */
export interface EngineShape {
  readonly slots: number
  /** Tokens whose state fits its memory. */
  readonly memoryTokens: number
  /** Prompt tokens worked in during one iteration, beside the decoding (chunked prefill). */
  readonly chunkTokens: number
  readonly iterationMs: number
  readonly prefillMsPerToken: number
  readonly decodeMsPerSequence: number
}

/**
 * `small`: about an 8-billion-parameter model on one mid-range card (10,000 prompt tokens a second, 25 ms a token with
 * 32 sequences); `large`: on one of the largest (40,000, and 23 ms with 256). Ratios matter here, not the cards.
 */
export const shapes = {
  small: {
    slots: 32,
    memoryTokens: 131_072,
    chunkTokens: 512,
    iterationMs: 12,
    prefillMsPerToken: 0.1,
    decodeMsPerSequence: 0.4,
  },
  large: {
    slots: 256,
    memoryTokens: 500_000,
    chunkTokens: 2_048,
    iterationMs: 8,
    prefillMsPerToken: 0.025,
    decodeMsPerSequence: 0.06,
  },
} as const satisfies Record<string, EngineShape>
export type ShapeName = keyof typeof shapes

export interface EngineJob {
  readonly tenant: string
  readonly inputTokens: number
  readonly outputTokens: number
  /** It has a slot, and its prompt is worked in. */
  readonly onStart: () => void
  /** Told of each token at the end of the iteration that made it. */
  readonly onToken: (index: number) => void
  readonly onEnd: () => void
  isGone: boolean
}

interface Running {
  readonly job: EngineJob
  prefilled: number
  produced: number
}

/**
 * Continuous batching in iterations, first come, first served, without preemption: each iteration works in up to
 * `chunkTokens` of prompts and makes one token for each sequence whose prompt is done.
 */
export class EngineModel {
  readonly #shape: EngineShape
  readonly #queue: EngineJob[] = []
  readonly #running = new Set<Running>()
  #memory = 0
  promptTokens = 0
  outputTokens = 0
  busyMs = 0

  constructor(shape: EngineShape) {
    this.#shape = shape
  }

  submit(job: EngineJob): void {
    this.#queue.push(job)
  }

  get isIdle(): boolean {
    return this.#queue.length === 0 && this.#running.size === 0
  }

  /** Runs one iteration and returns how long it takes; `finish` tells what came of it, at its end. */
  iterate(): { readonly ms: number; readonly finish: () => void } | undefined {
    this.#admit()
    if (this.#running.size === 0) return undefined
    const { iterationMs, prefillMsPerToken, decodeMsPerSequence, chunkTokens } = this.#shape
    let chunk = chunkTokens
    let decoding = 0
    const made: Running[] = []
    for (const one of this.#running) {
      const rest = one.job.inputTokens - one.prefilled
      if (rest > 0) {
        const part = Math.min(rest, chunk)
        one.prefilled += part
        chunk -= part
        if (part < rest || part === 0) continue
      } else decoding += 1
      made.push(one)
    }
    const prefilled = chunkTokens - chunk
    const ms = iterationMs + prefilled * prefillMsPerToken + decoding * decodeMsPerSequence
    this.promptTokens += prefilled
    this.busyMs += ms
    return { ms, finish: () => this.#finish(made) }
  }

  #admit(): void {
    for (const one of this.#running) if (one.job.isGone) this.#release(one)
    while (this.#running.size < this.#shape.slots) {
      const next = this.#queue[0]
      if (!next) return
      if (!next.isGone) {
        const tokens = next.inputTokens + next.outputTokens
        if (this.#running.size > 0 && this.#memory + tokens > this.#shape.memoryTokens) return
        this.#memory += tokens
        this.#running.add({ job: next, prefilled: 0, produced: 0 })
        next.onStart()
      }
      this.#queue.shift()
    }
  }

  #finish(made: readonly Running[]): void {
    for (const one of made) {
      one.produced += 1
      this.outputTokens += 1
      one.job.onToken(one.produced)
      if (one.produced < one.job.outputTokens) continue
      this.#release(one)
      one.job.onEnd()
    }
  }

  #release(one: Running): void {
    this.#running.delete(one)
    this.#memory -= one.job.inputTokens + one.job.outputTokens
  }
}
