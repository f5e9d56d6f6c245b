import { hashText } from '../../../foundation/statistics/index.ts'

/** The texts of an inference as they are kept, masked where the service says so. */
export interface Texts {
  /** The last thing that the client said. */
  readonly question: string | undefined
  readonly answer: string | undefined
  /** Whether the wording of the answer refuses. */
  readonly isRefusal: boolean
}

export const answerFormats = ['empty', 'json', 'code', 'table', 'list', 'prose'] as const
export type AnswerFormat = (typeof answerFormats)[number]

/** What begins or stands in an answer; the first that fits. */
export function formatOf(text: string): AnswerFormat {
  const trimmed = text.trim()
  if (trimmed === '') return 'empty'
  if (/^[[{]/.test(trimmed) && isJson(trimmed)) return 'json'
  if (/^ {0,3}(?:```|~~~)/m.test(trimmed)) return 'code'
  if (/^ {0,3}\|.*\|\s*$\n^ {0,3}\|[\s:|-]+\|\s*$/m.test(trimmed)) return 'table'
  const lines = trimmed.split('\n')
  const items = lines.filter(line => /^\s*(?:[-*•]|\d{1,3}[.)])\s/.test(line)).length
  return items >= 2 && items * 3 >= lines.length ? 'list' : 'prose'
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** As much of a text as is looked at. */
const mostCharacters = 2_000
const longestWord = 40

/** Words in lower case, numbers as one; what stands for a masked value is one word for each kind. */
export function wordsOf(text: string): string[] {
  const plain = text
    .slice(0, mostCharacters)
    .replace(/<([A-Z_]+)_[0-9a-f]{6,}>/g, ' $1 ')
    .toLowerCase()
  return (plain.match(/[\p{L}\p{M}]+|\p{N}+/gu) ?? []).map(word =>
    /^\p{N}/u.test(word) ? '0' : word.slice(0, longestWord),
  )
}

export const localDimensions = 256

/**
 * A vector of a text without any model: words, and the three-letter pieces of words, hashed to 256 signed places (Weinberger et al. 2009, arXiv
 * 0902.2206), damped by the root of their number, of length one. Texts about the same have words in common; synonyms it does not know.
 */
export function localVector(words: readonly string[]): Float32Array {
  const counts = new Map<number, number>()
  const add = (piece: string): void => {
    const hash = hashText(piece)
    counts.set(hash, (counts.get(hash) ?? 0) + 1)
  }
  for (const word of words) {
    add(word)
    for (let at = 0; at + 3 <= word.length && word.length > 4; at += 1) add(`~${word.slice(at, at + 3)}`)
  }
  const vector = new Float32Array(localDimensions)
  for (const [hash, count] of counts) {
    const place = hash % localDimensions
    vector[place] = (vector[place] ?? 0) + (hash & 0x8000_0000 ? -1 : 1) * Math.sqrt(count)
  }
  return normalised(vector)
}

export function normalised(vector: Float32Array): Float32Array {
  let squares = 0
  for (const value of vector) squares += value * value
  const length = Math.sqrt(squares)
  return length === 0 ? vector : vector.map(value => value / length)
}
