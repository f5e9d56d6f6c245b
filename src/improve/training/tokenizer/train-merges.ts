import { toByteCharacters } from './byte-characters.ts'
import { splitWords } from './split-words.ts'

interface Word {
  pieces: string[]
  readonly count: number
}

/** Two digits are one token, so that a number is few tokens to copy and its tokens seldom repeat. */
const digitPairs = Array.from({ length: 100 }, (_, number): [string, string] => [
  String(Math.floor(number / 10)),
  String(number % 10),
])

/**
 * Byte-pair merges, the most frequent first (Sennrich et al. 2016); ties go to the pair that sorts first, so that the same
 * texts give the same merges. Digits stand apart: the 100 pairs of digits come first, and nothing else joins a digit.
 * Fewer than 100 merges leave the digits alone.
 */
export function trainMerges(texts: Iterable<string>, count: number): [left: string, right: string][] {
  const words = countWords(texts)
  const merges = count < digitPairs.length ? [] : [...digitPairs]
  while (merges.length < count) {
    const pair = mostFrequentPair(words)
    if (pair === null) break
    merges.push(pair)
    for (const word of words) word.pieces = mergePair(word.pieces, pair)
  }
  return merges
}

/** The pieces with every occurrence of the pair, from the left, made one. */
export function mergePair(pieces: readonly string[], [left, right]: readonly [string, string]): string[] {
  const merged: string[] = []
  for (let index = 0; index < pieces.length; index += 1) {
    const piece = pieces[index] ?? ''
    if (piece === left && pieces[index + 1] === right) {
      merged.push(left + right)
      index += 1
    } else merged.push(piece)
  }
  return merged
}

function countWords(texts: Iterable<string>): Word[] {
  const counts = new Map<string, number>()
  for (const text of texts) {
    for (const word of splitWords(text)) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return [...counts].map(([word, count]) => ({ pieces: Array.from(toByteCharacters(word)), count }))
}

function mostFrequentPair(words: readonly Word[]): [string, string] | null {
  const counts = new Map<string, number>()
  for (const { pieces, count } of words) {
    for (let index = 1; index < pieces.length; index += 1) {
      const pair = `${pieces[index - 1]} ${pieces[index]}`
      counts.set(pair, (counts.get(pair) ?? 0) + count)
    }
  }
  let best: string | null = null
  let bestCount = 1
  for (const [pair, count] of counts) {
    if (count < bestCount || /\d/.test(pair)) continue
    if (count > bestCount || best === null || pair < best) {
      best = pair
      bestCount = count
    }
  }
  const [left, right] = best?.split(' ') ?? []
  return left === undefined || right === undefined ? null : [left, right]
}
