import type { Masked } from '../../govern/privacy/index.ts'
import type { CachedAnswer } from './cached-answer.ts'

export interface StoredAnswer {
  readonly answer: Masked<CachedAnswer>
  readonly service: string
  readonly costNanoUsd: number | undefined
  readonly storedAtMs: number
  readonly expiresAtMs: number
  readonly bytes: number
}

/** Answers by key, the one that was asked for least recently going first when there are too many bytes. */
export class AnswerStore {
  readonly #limitBytes: number
  readonly #answers = new Map<string, StoredAnswer>()
  #bytes = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  get(key: string, nowMs: number): StoredAnswer | undefined {
    const found = this.#answers.get(key)
    if (!found) return undefined
    this.#answers.delete(key)
    if (found.expiresAtMs <= nowMs) {
      this.#bytes -= found.bytes
      return undefined
    }
    this.#answers.set(key, found)
    return found
  }

  /** What alone would fill an eighth of it is not kept. */
  set(key: string, stored: Omit<StoredAnswer, 'bytes'>): void {
    // what a string takes is at most two bytes a character, and the rest is small
    const bytes = JSON.stringify(stored.answer).length * 2 + 256
    if (bytes > this.#limitBytes / 8) return
    this.#remove(key)
    this.#answers.set(key, { ...stored, bytes })
    this.#bytes += bytes
    for (const oldest of this.#answers.keys()) {
      if (this.#bytes <= this.#limitBytes) break
      this.#remove(oldest)
    }
  }

  /** Forgets all answers, or those of one service; returns how many. */
  clear(service: string | undefined): number {
    const before = this.#answers.size
    for (const [key, stored] of this.#answers) {
      if (service === undefined || stored.service === service) this.#remove(key)
    }
    return before - this.#answers.size
  }

  get bytes(): number {
    return this.#bytes
  }

  sizes(): ReadonlyMap<string, { readonly answers: number; readonly bytes: number }> {
    const sizes = new Map<string, { answers: number; bytes: number }>()
    for (const { service, bytes } of this.#answers.values()) {
      const size = sizes.get(service) ?? { answers: 0, bytes: 0 }
      sizes.set(service, { answers: size.answers + 1, bytes: size.bytes + bytes })
    }
    return sizes
  }

  #remove(key: string): void {
    const known = this.#answers.get(key)
    if (!known) return
    this.#answers.delete(key)
    this.#bytes -= known.bytes
  }
}
