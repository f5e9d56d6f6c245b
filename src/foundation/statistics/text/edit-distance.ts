/** Of longer sequences the beginnings are compared: time goes with the product of both lengths. */
const mostItems = 50_000

/**
 * How many insertions, deletions and replacements make one sequence of the other (Levenshtein, 1966), by 32 rows of the table at
 * once (Myers, Journal of the ACM 46, 1999, in the form for long patterns of Hyyrö, 2003). What the two have in common at
 * their ends costs nothing. Items are compared by `===`: characters, words.
 */
export function editDistance(left: ArrayLike<string>, right: ArrayLike<string>): number {
  let from = 0
  let [a, b] = [Math.min(left.length, mostItems), Math.min(right.length, mostItems)]
  while (a > from && b > from && left[a - 1] === right[b - 1]) {
    a -= 1
    b -= 1
  }
  while (from < a && from < b && left[from] === right[from]) from += 1
  if (a === from || b === from) return Math.max(a, b) - from
  const isLeftShorter = a < b
  return isLeftShorter ? distance(left, right, from, a, b) : distance(right, left, from, b, a)
}

/** Of `pattern[from..rows]` to `text[from..columns]`, neither of them empty. */
function distance(
  pattern: ArrayLike<string>,
  text: ArrayLike<string>,
  from: number,
  rows: number,
  columns: number,
): number {
  const height = rows - from
  const blocks = Math.ceil(height / 32)
  // where in the pattern each item stands, as bits
  const places = new Map<string, Int32Array>()
  for (let row = 0; row < height; row += 1) {
    const item = pattern[from + row] as string
    let bits = places.get(item)
    if (!bits) places.set(item, (bits = new Int32Array(blocks)))
    bits[row >>> 5] = (bits[row >>> 5] as number) | (1 << (row & 31))
  }
  const nowhere = new Int32Array(blocks)
  // by which steps down a column the distance grows, and by which it shrinks
  const grows = new Int32Array(blocks).fill(-1)
  const shrinks = new Int32Array(blocks)
  const lastRow = (height - 1) & 31
  let score = height
  for (let column = from; column < columns; column += 1) {
    const equal = places.get(text[column] as string) ?? nowhere
    // the step along the top row is one more
    let carriedUp = 1
    let carriedDown = 0
    for (let block = 0; block < blocks; block += 1) {
      const up = grows[block] as number
      const down = shrinks[block] as number
      const same = equal[block] as number
      const vertical = same | down
      const met = same | carriedDown
      const diagonal = ((((met & up) + up) | 0) ^ up) | met
      let right = down | ~(diagonal | up)
      let back = up & diagonal
      const last = block === blocks - 1 ? lastRow : 31
      const outUp = (right >>> last) & 1
      const outDown = (back >>> last) & 1
      right = (right << 1) | carriedUp
      back = (back << 1) | carriedDown
      grows[block] = back | ~(vertical | right)
      shrinks[block] = right & vertical
      carriedUp = outUp
      carriedDown = outDown
    }
    score += carriedUp - carriedDown
  }
  return score
}

/** 1 for equal texts, 0 where nothing is in its place: 1 − distance / the longer length, in characters as people count code points. */
export function editSimilarity(left: string, right: string): number {
  return similarityOf(Array.from(left), Array.from(right))
}

/** The same over words, or whatever else two sequences are made of. */
export function sequenceSimilarity(left: readonly string[], right: readonly string[]): number {
  return similarityOf(left, right)
}

function similarityOf(left: readonly string[], right: readonly string[]): number {
  const longest = Math.min(mostItems, Math.max(left.length, right.length))
  return longest === 0 ? 1 : 1 - editDistance(left, right) / longest
}
