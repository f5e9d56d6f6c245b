import type { StoredResponse } from './stored-response.ts'

/** The responses that were made or read last, bounded by their bytes; those used last stay longest. */
export class RecentResponses {
  readonly #maxBytes: number
  readonly #held = new Map<string, { readonly stored: StoredResponse; readonly bytes: number }>()
  /** Deleted lately: one that was being read meanwhile must not come back. */
  readonly #deleted = new Set<string>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  get(id: string): StoredResponse | undefined {
    const entry = this.#held.get(id)
    if (!entry) return undefined
    this.#held.delete(id)
    this.#held.set(id, entry)
    return entry.stored
  }

  add(stored: StoredResponse, bytes: number): void {
    if (this.#deleted.has(stored.id) || bytes > this.#maxBytes) return
    this.#remove(stored.id)
    this.#held.set(stored.id, { stored, bytes })
    this.#bytes += bytes
    for (const id of this.#held.keys()) {
      if (this.#bytes <= this.#maxBytes) break
      this.#remove(id)
    }
  }

  forget(id: string): void {
    this.#remove(id)
    this.#deleted.add(id)
    if (this.#deleted.size <= 10_000) return
    const [oldest] = this.#deleted
    if (oldest !== undefined) this.#deleted.delete(oldest)
  }

  isDeleted(id: string): boolean {
    return this.#deleted.has(id)
  }

  clear(): void {
    this.#held.clear()
    this.#bytes = 0
  }

  #remove(id: string): void {
    const entry = this.#held.get(id)
    if (!entry) return
    this.#held.delete(id)
    this.#bytes -= entry.bytes
  }
}
