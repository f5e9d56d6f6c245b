/** How a text is cut into what is compared. */
export interface Shingling {
  /** Characters of the normal form, or words of it. */
  readonly of: 'characters' | 'words'
  /** How many make one shingle. */
  readonly length: number
}

export const defaultShingling: Shingling = { of: 'characters', length: 5 }

const notLetters = /[^\p{L}\p{N}]+/gu
const beyondAscii = /[^\0-\u007f]/

/**
 * Cuts texts into shingles: hashes of 32 bits of every run of `length` characters (or words) of the text in lower case, with
 * all that is neither letter nor digit as one space. A text that is shorter than one shingle is one shingle; an empty one has
 * none. Not safe for two texts at once: what it returns holds until the next call.
 */
export class Shingler {
  readonly #shingling: Shingling
  #units = new Uint16Array(4_096)
  #hashes = new Uint32Array(4_096)

  constructor(shingling: Shingling = defaultShingling) {
    this.#shingling = shingling
  }

  /** One hash for each place of the text; the same may come several times. */
  cut(text: string): Uint32Array {
    const count = this.#normalise(text)
    if (this.#hashes.length < count) this.#hashes = new Uint32Array(count * 2)
    const hashed = this.#shingling.of === 'characters' ? this.#cutCharacters(count) : this.#cutWords(count)
    return this.#hashes.subarray(0, hashed)
  }

  /** The set of them, sorted: a copy of its own. */
  setOf(text: string): Uint32Array {
    const all = this.cut(text).slice().sort()
    let kept = 0
    for (let at = 0; at < all.length; at += 1) {
      const hash = all[at] ?? 0
      if (kept === 0 || hash !== all[kept - 1]) all[kept++] = hash
    }
    return all.slice(0, kept)
  }

  /** Writes the normal form into `#units`, and says how long it is. */
  #normalise(text: string): number {
    const plain = beyondAscii.test(text)
      ? text.normalize('NFKC').toLowerCase().replaceAll(notLetters, ' ')
      : text
    if (this.#units.length < plain.length) this.#units = new Uint16Array(plain.length * 2)
    const units = this.#units
    let length = 0
    let isSpaceOpen = false
    for (let at = 0; at < plain.length; at += 1) {
      let unit = plain.charCodeAt(at)
      if (unit < 128) {
        unit = lowered[unit] ?? 0
        if (unit === 0) {
          isSpaceOpen = length > 0
          continue
        }
      }
      if (isSpaceOpen) {
        units[length++] = space
        isSpaceOpen = false
      }
      units[length++] = unit
    }
    return length
  }

  #cutCharacters(count: number): number {
    const { length } = this.#shingling
    if (count === 0) return 0
    const size = Math.min(length, count)
    let last = 1
    for (let power = 1; power < size; power += 1) last = Math.imul(last, base)
    let hash = 0
    for (let at = 0; at < size; at += 1) hash = (Math.imul(hash, base) + (this.#units[at] ?? 0) + 1) | 0
    this.#hashes[0] = mix(hash)
    for (let at = size; at < count; at += 1) {
      hash = (hash - Math.imul((this.#units[at - size] ?? 0) + 1, last)) | 0
      hash = (Math.imul(hash, base) + (this.#units[at] ?? 0) + 1) | 0
      this.#hashes[at - size + 1] = mix(hash)
    }
    return count - size + 1
  }

  #cutWords(count: number): number {
    if (count === 0) return 0
    const words: number[] = []
    let word = 0
    for (let at = 0; at <= count; at += 1) {
      const unit = this.#units[at] ?? 0
      if (at === count || unit === space) {
        words.push(mix(word))
        word = 0
      } else word = (Math.imul(word, base) + unit + 1) | 0
    }
    const size = Math.min(this.#shingling.length, words.length)
    for (let at = 0; at + size <= words.length; at += 1) {
      let hash = 0
      for (let offset = 0; offset < size; offset += 1) hash = mix(hash ^ (words[at + offset] ?? 0)) | 0
      this.#hashes[at] = hash >>> 0
    }
    return words.length - size + 1
  }
}

/** |A ∩ B| / |A ∪ B| of two sorted sets; 1 for two empty ones. */
export function jaccard(one: Uint32Array, other: Uint32Array): number {
  if (one.length === 0 && other.length === 0) return 1
  let left = 0
  let right = 0
  let common = 0
  while (left < one.length && right < other.length) {
    const a = one[left] ?? 0
    const b = other[right] ?? 0
    if (a === b) common += 1
    if (a <= b) left += 1
    if (b <= a) right += 1
  }
  return common / (one.length + other.length - common)
}

const base = 0x01000193
const space = 0x20

/** ASCII letters in lower case and digits as they are, 0 for the rest. */
const lowered = new Uint8Array(128)
for (const unit of '0123456789abcdefghijklmnopqrstuvwxyz') {
  lowered[unit.charCodeAt(0)] = unit.charCodeAt(0)
  lowered[unit.toUpperCase().charCodeAt(0)] = unit.charCodeAt(0)
}

/** The finaliser of MurmurHash3 (public domain, A. Appleby): every bit of the result depends on every bit given. */
export function mix(hash: number): number {
  let mixed = hash
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
