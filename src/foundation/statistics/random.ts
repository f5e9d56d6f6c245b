/** A seeded source of numbers: the same seed gives the same stream on every machine. */
export interface Random {
  /** A number in [0, 1). */
  next(): number
  /** An integer in [0, bound). */
  below(bound: number): number
  /** One of the items, which must not be empty. */
  pick<T>(items: readonly T[]): T
  /** One key of the table, drawn in proportion to its weight. */
  weighted(weights: Readonly<Record<string, number>>): string
  /** A draw from the standard normal distribution (Box and Muller 1958). */
  normal(): number
}

/** sfc32 (Chris Doty-Humphrey, PractRand): 128 bits of state, seeded from the hash of the parts. */
export function createRandom(...parts: readonly (string | number)[]): Random {
  const text = parts.join('\u0000')
  let a = hashText(`a${text}`)
  let b = hashText(`b${text}`)
  let c = hashText(`c${text}`)
  let counter = 1

  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return (sum >>> 0) / 4_294_967_296
  }
  for (let round = 0; round < 12; round += 1) next()

  const below = (bound: number): number => Math.floor(next() * bound)
  return {
    next,
    below,
    pick: items => {
      const item = items[below(items.length)]
      if (item === undefined) throw new RangeError('Cannot pick from an empty list.')
      return item
    },
    weighted: weights => {
      const entries = Object.entries(weights)
      let rest = next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [key, weight] of entries) {
        rest -= weight
        if (rest < 0) return key
      }
      const last = entries.at(-1)
      if (last === undefined) throw new RangeError('Cannot draw from an empty table.')
      return last[0]
    },
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  }
}

/** FNV-1a over UTF-16 units with the finish of MurmurHash3, 32 bits. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash ^= text.charCodeAt(index)
    hash = Math.imul(hash, 0x01000193)
  }
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
