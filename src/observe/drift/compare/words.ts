/** Of the rows of both samples: rarer words could name somebody, commoner ones say little. */
const leastShare = 0.01
const leastRows = 10
const mostShare = 0.9

/** The different words of each text; without digits, since numbers of orders and accounts are nobody's business here. */
export function wordsOfTexts(cells: readonly unknown[]): ReadonlySet<string>[] {
  return cells.map(cell => new Set(typeof cell === 'string' ? cell.toLowerCase().match(/\p{L}{2,30}/gu) : []))
}

/** Those that stand in a hundredth of the rows and in ten at least, and not in nearly all, the commonest first. */
export function commonWords(words: readonly ReadonlySet<string>[]): string[] {
  const counts = new Map<string, number>()
  for (const set of words) for (const word of set) counts.set(word, (counts.get(word) ?? 0) + 1)
  const least = Math.max(leastRows, leastShare * words.length)
  return [...counts]
    .filter(([, count]) => count >= least && count <= mostShare * words.length)
    .toSorted(([a, first], [b, second]) => second - first || (a < b ? -1 : 1))
    .map(([word]) => word)
}
