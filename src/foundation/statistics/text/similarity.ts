import { type Overlap, overlapOf } from './rouge.ts'
import { countRuns, sharedRuns, wordTokens } from './tokens.ts'

/** The cosine of two vectors, from −1 to 1; 0 where one is nothing. */
export function cosine(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let [product, a, b] = [0, 0, 0]
  for (let index = 0; index < left.length; index += 1) {
    const [x, y] = [left[index] as number, right[index] ?? 0]
    product += x * y
    a += x * x
    b += y * y
  }
  return a === 0 || b === 0 ? 0 : product / Math.sqrt(a * b)
}

/** The shared part of two sets of words: |A ∩ B| / |A ∪ B|; 1 where both are empty. */
export function jaccard(left: string, right: string): number {
  const [a, b] = [new Set(wordTokens(left)), new Set(wordTokens(right))]
  const union = a.union(b).size
  return union === 0 ? 1 : a.intersection(b).size / union
}

const articles = /\b(?:a|an|the)\b/g

/**
 * An answer as SQuAD compares it (Rajpurkar and others, EMNLP 2016): lower case, without punctuation and English articles, single
 * spaces.
 */
export function normaliseAnswer(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[\p{P}\p{S}]/gu, '')
    .replaceAll(articles, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** The overlap of words, each as often as it is there, after `normaliseAnswer`: SQuAD's F1. */
export function tokenOverlap(answer: string, reference: string): Overlap {
  const [said, wanted] = [answer, reference].map(text => wordTokens(normaliseAnswer(text))) as [
    string[],
    string[],
  ]
  if (said.length === 0 && wanted.length === 0) return { precision: 1, recall: 1, f: 1 }
  return overlapOf(sharedRuns(countRuns(said, 1), countRuns(wanted, 1)), said.length, wanted.length)
}
