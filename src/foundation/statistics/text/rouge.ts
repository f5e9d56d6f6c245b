import { countRuns, sharedRuns, wordTokens } from './tokens.ts'

export type RougeKind = 'rouge-1' | 'rouge-2' | 'rouge-l' | 'rouge-lsum'

export interface Overlap {
  readonly precision: number
  readonly recall: number
  readonly f: number
}

/** More tokens than this are compared in part: the longest common subsequence takes time for the product of both. */
const mostTokens = 5_000

/**
 * ROUGE of an answer against a reference (Lin, ACL workshop 2004): the overlap of words (`rouge-1`), of pairs (`rouge-2`), the longest
 * common subsequence of the whole (`rouge-l`, section 3.1), or, over lines, the union of those of each line of the reference with
 * all of the answer (`rouge-lsum`, section 3.2). F is the harmonic mean. `asciiTokens` and these kinds give what the package
 * `rouge-score` gives without its stemmer, `stemmedTokens` what it gives with it.
 */
export function rouge(
  answer: string,
  reference: string,
  kind: RougeKind,
  tokenize: (text: string) => readonly string[] = wordTokens,
): Overlap {
  if (kind === 'rouge-lsum') return summaryOverlap(linesOf(answer, tokenize), linesOf(reference, tokenize))
  const [said, wanted] = [tokenize(answer), tokenize(reference)]
  if (kind === 'rouge-l') return overlapOf(commonLength(said, wanted), said.length, wanted.length)
  const size = kind === 'rouge-1' ? 1 : 2
  const shared = sharedRuns(countRuns(said, size), countRuns(wanted, size))
  return overlapOf(shared, Math.max(0, said.length - size + 1), Math.max(0, wanted.length - size + 1))
}

/** Precision, recall and their harmonic mean, of what is shared of what was said and of what was wanted. */
export function overlapOf(shared: number, said: number, wanted: number): Overlap {
  const precision = said === 0 ? 0 : shared / said
  const recall = wanted === 0 ? 0 : shared / wanted
  return { precision, recall, f: shared === 0 ? 0 : (2 * precision * recall) / (precision + recall) }
}

function linesOf(text: string, tokenize: (text: string) => readonly string[]): (readonly string[])[] {
  let left = mostTokens
  return text
    .split('\n')
    .map(line => {
      const tokens = tokenize(line).slice(0, left)
      left -= tokens.length
      return tokens
    })
    .filter(tokens => tokens.length > 0)
}

function summaryOverlap(
  said: readonly (readonly string[])[],
  wanted: readonly (readonly string[])[],
): Overlap {
  const [leftSaid, leftWanted] = [said, wanted].map(lines => countRuns(lines.flat(), 1)) as [
    Map<string, number>,
    Map<string, number>,
  ]
  let hits = 0
  for (const line of wanted) {
    const found = new Set<number>()
    for (const other of said) for (const index of commonPlaces(line, other)) found.add(index)
    for (const index of [...found].toSorted((a, b) => a - b)) {
      const token = line[index] as string
      // no token counts more often than both have it
      if ((leftSaid.get(token) ?? 0) <= 0 || (leftWanted.get(token) ?? 0) <= 0) continue
      hits += 1
      leftSaid.set(token, (leftSaid.get(token) ?? 0) - 1)
      leftWanted.set(token, (leftWanted.get(token) ?? 0) - 1)
    }
  }
  return overlapOf(hits, said.flat().length, wanted.flat().length)
}

function commonLength(left: readonly string[], right: readonly string[]): number {
  const [a, b] = [left.slice(0, mostTokens), right.slice(0, mostTokens)]
  const row = new Uint32Array(b.length + 1)
  for (const token of a) {
    let diagonal = 0
    for (let j = 1; j <= b.length; j += 1) {
      const above = row[j] as number
      row[j] = token === b[j - 1] ? diagonal + 1 : Math.max(above, row[j - 1] as number)
      diagonal = above
    }
  }
  return row[b.length] as number
}

/** Which tokens of `line` are in one longest common subsequence with `other`. */
function commonPlaces(line: readonly string[], other: readonly string[]): number[] {
  const [a, b] = [line, other]
  const width = b.length + 1
  const table = new Uint16Array((a.length + 1) * width)
  for (let i = 1; i <= a.length; i += 1)
    for (let j = 1; j <= b.length; j += 1)
      table[i * width + j] =
        a[i - 1] === b[j - 1]
          ? (table[(i - 1) * width + j - 1] as number) + 1
          : Math.max(table[(i - 1) * width + j] as number, table[i * width + j - 1] as number)
  const places: number[] = []
  let [i, j] = [a.length, b.length]
  while (i > 0 && j > 0) {
    if (a[i - 1] === b[j - 1]) {
      places.unshift(i - 1)
      i -= 1
      j -= 1
    } else if ((table[i * width + j - 1] as number) > (table[(i - 1) * width + j] as number)) j -= 1
    else i -= 1
  }
  return places
}
