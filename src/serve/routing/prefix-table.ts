const blockLength = 1_024
const mostBlocks = 64
const mostEntries = 50_000

interface Entry {
  readonly target: string
  readonly at: number
}

/**
 * Remembers which target has seen which beginning of a prompt. A prompt is cut into blocks; the hash of each covers
 * all before it, so the longest beginning in common is the last hash that is known.
 */
export class PrefixTable {
  readonly #ttlMs: number
  readonly #entries = new Map<number, Entry>()

  constructor(ttlMs: number) {
    this.#ttlMs = ttlMs
  }

  /** The target with the longest beginning in common, and how many blocks that are. */
  find(hashes: readonly number[], now: number): { target: string; blocks: number } | undefined {
    for (let index = hashes.length - 1; index >= 0; index -= 1) {
      const entry = this.#entries.get(hashes[index] ?? 0)
      if (entry && now - entry.at < this.#ttlMs) return { target: entry.target, blocks: index + 1 }
    }
    return undefined
  }

  remember(hashes: readonly number[], target: string, now: number): void {
    for (const hash of hashes) {
      // an entry that is renewed moves to the end, so the oldest is always the first
      this.#entries.delete(hash)
      this.#entries.set(hash, { target, at: now })
    }
    for (const hash of this.#entries.keys()) {
      if (this.#entries.size <= mostEntries) break
      this.#entries.delete(hash)
    }
  }
}

/** Hashes of the whole blocks that a prompt begins with; a prompt shorter than one block counts as one. */
export function prefixHashes(prompt: string): number[] {
  const hashes: number[] = []
  const blocks = Math.min(Math.max(1, Math.floor(prompt.length / blockLength)), mostBlocks)
  let [high, low] = [0xdeadbeef, 0x41c6ce57]
  for (let block = 0; block < blocks; block += 1) {
    const end = Math.min((block + 1) * blockLength, prompt.length)
    for (let index = block * blockLength; index < end; index += 1) {
      const code = prompt.charCodeAt(index)
      high = Math.imul(high ^ code, 2_654_435_761)
      low = Math.imul(low ^ code, 1_597_334_677)
    }
    hashes.push(4_294_967_296 * (2_097_151 & mixed(low, high)) + (mixed(high, low) >>> 0))
  }
  return hashes
}

/** The finish of cyrb53 (bryc, public domain): 53 bits that fit a number. */
function mixed(left: number, right: number): number {
  return Math.imul(left ^ (left >>> 16), 2_246_822_507) ^ Math.imul(right ^ (right >>> 13), 3_266_489_909)
}
