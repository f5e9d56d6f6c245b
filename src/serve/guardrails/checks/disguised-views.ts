import type { View } from '../normalise/index.ts'

/** A part of a text, read otherwise; offsets are those of the text. */
export type DisguisedView = Pick<View, 'text' | 'sourceStart' | 'sourceEnd'>

/** `1gn0r3 pr3v10us` and `i g n o r e`: words that people still read and lists of words do not. */
export function disguisedViews(text: string): DisguisedView[] {
  return [readDigits(text), closeGaps(text)].filter(view => view !== undefined)
}

const likeLetters: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '0': 'o',
    '1': 'i',
    '3': 'e',
    '4': 'a',
    '5': 's',
    '7': 't',
    '@': 'a',
    $: 's',
    '!': 'i',
    '|': 'l',
  }),
)
/** A word with a digit or sign between letters. */
const mixedWord =
  /(?<![\w@$])[a-z@$!|]{0,20}[a-z][013457@$!|]{1,2}[a-z@$!|0-9]{0,20}(?!\w)|(?<![\w@$])[013457@$!|]{1,2}[a-z][a-z@$!|0-9]{1,20}(?!\w)/i
const mixedWords = new RegExp(mixedWord.source, 'gi')
/** Fewer such words are names and numbers. */
const leastMixedWords = 2

function readDigits(text: string): DisguisedView | undefined {
  if (!mixedWord.test(text)) return undefined
  const places = [...text.matchAll(mixedWords)]
  if (places.length < leastMixedWords) return undefined
  const parts: string[] = []
  let from = 0
  for (const { index, 0: word } of places) {
    parts.push(
      text.slice(from, index),
      word.replace(/[013457@$!|]/g, sign => likeLetters.get(sign) ?? sign),
    )
    from = index + word.length
  }
  parts.push(text.slice(from))
  return { text: parts.join(''), sourceStart: index => index, sourceEnd: end => end }
}

/** Single letters with the same sign between them, words parted by more: eight letters at least. */
const spacedLetters = /(?<![\p{L}\p{N}])\p{L}(?:[ .\-_*·]{1,4}\p{L}){7,}(?![\p{L}\p{N}])/u
const spacedRuns = new RegExp(spacedLetters.source, 'gu')

function closeGaps(text: string): DisguisedView | undefined {
  if (!spacedLetters.test(text)) return undefined
  let closed = ''
  const positions: number[] = []
  for (const { index, 0: run } of text.matchAll(spacedRuns)) {
    for (let at = 0; at < run.length; at += 1) {
      const unit = run[at] ?? ''
      const isLetter = /\p{L}/u.test(unit)
      // a wider gap parts words
      const isGap = !isLetter && (run[at + 1] === ' ' || run[at + 1] === '.') && /[ .]/.test(unit)
      if (!isLetter && !(isGap && !closed.endsWith(' '))) continue
      closed += isLetter ? unit : ' '
      positions.push(index + at)
    }
    closed += '\n'
    positions.push(index + run.length)
  }
  return {
    text: closed,
    sourceStart: index => positions[index] ?? text.length,
    sourceEnd: end => (positions[end - 1] ?? 0) + 1,
  }
}
