/** The known name that was probably meant, e.g. `base_url` → `baseUrl`, `suport` → `support`. */
export function suggest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of known) {
    const distance = flatten(candidate) === flatten(word) ? 0 : editDistance(word, candidate)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** "Did you mean `a`?", else the names to choose from. */
export function suggestSentence(word: string, known: readonly string[], what: string): string {
  const meant = suggest(word, known)
  if (meant !== undefined) return `Did you mean \`${meant}\`?`
  if (known.length === 0) return `No ${what} is declared: declare it, or remove this.`
  return `Use one of ${listOf(known)}.`
}

export function listOf(names: readonly string[]): string {
  const shown = names.slice(0, 12).map(name => `\`${name}\``)
  if (names.length > shown.length) return `${shown.join(', ')} and ${names.length - shown.length} more`
  if (shown.length < 2) return shown.join('')
  return `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`
}

function flatten(word: string): string {
  return word.toLowerCase().replaceAll(/[-_.\s]/g, '')
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours cost 1. */
function editDistance(left: string, right: string): number {
  const width = right.length + 1
  let twoAgo: number[] = []
  let previous = Array.from({ length: width }, (_, column) => column)
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row]
    for (let column = 1; column < width; column += 1) {
      const isSame = left[row - 1] === right[column - 1]
      let cost = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (isSame ? 0 : 1),
      )
      if (row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1])
        cost = Math.min(cost, at(twoAgo, column - 2) + 1)
      current.push(cost)
    }
    twoAgo = previous
    previous = current
  }
  return at(previous, right.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
