/** Rows of sparse features, one after the other. */
export interface SparseRows {
  /** Where each row begins in `indices` and `values`; one more than there are rows. */
  readonly starts: Uint32Array
  readonly indices: Uint32Array
  readonly values: Float32Array
  /** How many features there are. */
  readonly width: number
}

const buckets = 1 << 18
/** What a text begins with says what it is about; the rest costs time. */
const longestText = 8_000
const wordPattern = /[\p{L}\p{N}]+/gu

/**
 * Words, pairs of words, and the threes and fours of letters in words, hashed (Weinberger et al., ICML 2009), weighted by how
 * rare each is and scaled to length 1. What occurs in one text only is left out.
 */
export function textFeatures(texts: readonly string[]): SparseRows {
  const counts: Map<number, number>[] = []
  const documents = new Uint32Array(buckets)
  for (const text of texts) {
    const row = countFeatures(text)
    for (const feature of row.keys()) documents[feature] = (documents[feature] as number) + 1
    counts.push(row)
  }
  const places = new Map<number, number>()
  for (let feature = 0; feature < buckets; feature += 1)
    if ((documents[feature] as number) > 1) places.set(feature, places.size)
  const starts = new Uint32Array(texts.length + 1)
  const indices: number[] = []
  const values: number[] = []
  for (const [row, features] of counts.entries()) {
    const from = values.length
    let squares = 0
    for (const [feature, count] of features) {
      const place = places.get(feature)
      if (place === undefined) continue
      const rarity = Math.log((1 + texts.length) / (1 + (documents[feature] as number))) + 1
      const value = (1 + Math.log(count)) * rarity
      indices.push(place)
      values.push(value)
      squares += value * value
    }
    const length = Math.sqrt(squares)
    for (let at = from; at < values.length; at += 1) values[at] = (values[at] as number) / length
    starts[row + 1] = values.length
  }
  return {
    starts,
    indices: Uint32Array.from(indices),
    values: Float32Array.from(values),
    width: places.size,
  }
}

function countFeatures(text: string): Map<number, number> {
  const counts = new Map<number, number>()
  const add = (feature: number): void => void counts.set(feature, (counts.get(feature) ?? 0) + 1)
  let before: string | undefined
  for (const [word] of text.slice(0, longestText).normalize('NFKC').toLowerCase().matchAll(wordPattern)) {
    add(hash(word, 1))
    if (before !== undefined) add(hash(`${before} ${word}`, 2))
    const bounded = `<${word}>`
    for (const size of [3, 4])
      for (let at = 0; at + size <= bounded.length; at += 1) add(hash(bounded.slice(at, at + size), size))
    before = word
  }
  return counts
}

/** FNV-1a, folded into the buckets. */
function hash(text: string, kind: number): number {
  let value = 0x811c9dc5 ^ kind
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return (value ^ (value >>> 18)) & (buckets - 1)
}
