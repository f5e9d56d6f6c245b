import { countRuns, sharedRuns } from './tokens.ts'

/**
 * chrF of an answer, from 0 to 1 (Popović, WMT 2015): the F-score, recall counting β = 2 times, of the mean precision and the
 * mean recall over runs of 1 to 6 characters, spaces left out; with `wordOrder` 2 words and pairs of words take part (chrF++,
 * WMT 2017). Orders of which one side has none are left out. What `sacrebleu.sentence_chrf` computes, divided by 100.
 */
export function chrf(answer: string, reference: string, wordOrder: 0 | 2 = 0): number {
  const [said, wanted] = [sideOf(answer, wordOrder), sideOf(reference, wordOrder)]
  let [precision, recall, orders] = [0, 0, 0]
  const add = (left: readonly string[], right: readonly string[], size: number): void => {
    const [runs, runsWanted] = [left.length - size + 1, right.length - size + 1]
    if (runs <= 0 || runsWanted <= 0) return
    const shared = sharedRuns(countRuns(left, size), countRuns(right, size))
    precision += shared / runs
    recall += shared / runsWanted
    orders += 1
  }
  for (let size = 1; size <= 6; size += 1) add(said.characters, wanted.characters, size)
  for (let size = 1; size <= wordOrder; size += 1) add(said.words, wanted.words, size)
  if (precision + recall === 0) return 0
  const weight = 4
  return ((1 + weight) * precision * recall) / (orders * (weight * precision + recall))
}

interface Side {
  readonly characters: readonly string[]
  readonly words: readonly string[]
}

function sideOf(text: string, wordOrder: number): Side {
  const characters = Array.from(text.replaceAll(/\s+/g, ''))
  return { characters, words: wordOrder === 0 ? [] : wordsOf(text) }
}

const mark = /[!-/:-@[-`{-~]/

/** Words between spaces, one mark at the end, else at the beginning, cut off. */
function wordsOf(text: string): string[] {
  return text
    .split(/\s+/)
    .filter(word => word !== '')
    .flatMap(word => {
      if (word.length === 1) return [word]
      if (mark.test(word.at(-1) ?? '')) return [word.slice(0, -1), word.slice(-1)]
      return mark.test(word.charAt(0)) ? [word.charAt(0), word.slice(1)] : [word]
    })
}
