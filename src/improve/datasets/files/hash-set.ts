/**
 * A set of SHA-256 hashes by their first 128 bits, 16 bytes each in a table at most half full: many millions fit where a `Set` of
 * texts holds one.
 */
export class HashSet {
  #table: Int32Array
  #size = 0

  constructor(expected = 1_024) {
    let places = 2_048
    while (places < expected * 2) places *= 2
    this.#table = new Int32Array(places * 4)
  }

  get size(): number {
    return this.#size
  }

  has(hash: string): boolean {
    return this.#find(wordsOf(hash)) < 0
  }

  /** Resolves with whether it was not there yet. */
  add(hash: string): boolean {
    const words = wordsOf(hash)
    const place = this.#find(words)
    if (place < 0) return false
    this.#table.set(words, place)
    this.#size += 1
    if (this.#size * 8 > this.#table.length) this.#grow()
    return true
  }

  /** The free place where it belongs, or -1 where it is there. */
  #find([first, second, third, fourth]: Words): number {
    const table = this.#table
    const mask = table.length / 4 - 1
    for (let place = first & mask; ; place = (place + 1) & mask) {
      const at = place * 4
      const a = table[at] ?? 0
      const b = table[at + 1] ?? 0
      const c = table[at + 2] ?? 0
      const d = table[at + 3] ?? 0
      if (a === first && b === second && c === third && d === fourth) return -1
      if ((a | b | c | d) === 0) return at
    }
  }

  #grow(): void {
    const before = this.#table
    this.#table = new Int32Array(before.length * 2)
    for (let at = 0; at < before.length; at += 4) {
      const words: Words = [before[at] ?? 0, before[at + 1] ?? 0, before[at + 2] ?? 0, before[at + 3] ?? 0]
      if ((words[0] | words[1] | words[2] | words[3]) !== 0) this.#table.set(words, this.#find(words))
    }
  }
}

type Words = [number, number, number, number]

function wordsOf(hash: string): Words {
  const word = (from: number): number => Number.parseInt(hash.slice(from, from + 8), 16) | 0
  return [word(0), word(8), word(16), word(24)]
}
