/** Longer ones are cut: at a space where there is one. */
export const maxSentenceLength = 1_000

export interface Sentence {
  readonly start: number
  readonly end: number
}

/** Cuts a text into its sentences and lines, from left to right. What lies between two of them is white space. */
export function sentencesOf(text: string): Sentence[] {
  const sentences: Sentence[] = []
  let from = 0
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit === 0x0a || wideStops.has(unit)) from = pushSentence(text, from, at + 1, sentences)
    else if (stops.has(unit)) {
      let end = at + 1
      while (stops.has(text.charCodeAt(end)) || closers.has(text.charCodeAt(end))) end += 1
      if (end === text.length || isSpace(text, end)) from = pushSentence(text, from, end, sentences)
      at = end - 1
    }
  }
  pushSentence(text, from, text.length, sentences)
  return sentences
}

const unitsOf = (characters: string) => new Set(Array.from(characters, character => character.charCodeAt(0)))
/** End a sentence where white space follows. */
const stops = unitsOf('.!?\u2026')
const closers = unitsOf('"\')]\u201d\u2019\u00bb')
/** End a sentence whatever follows: of Chinese, Japanese, Hindi and Urdu. */
const wideStops = unitsOf('\u3002\uff01\uff1f\uff61\u0964\u06d4')

function pushSentence(text: string, from: number, to: number, sentences: Sentence[]): number {
  let start = from
  while (start < to && isSpace(text, start)) start += 1
  while (to - start > maxSentenceLength) {
    const space = text.lastIndexOf(' ', start + maxSentenceLength)
    const end = space > start + maxSentenceLength / 2 ? space : start + maxSentenceLength
    sentences.push({ start, end })
    start = end
    while (start < to && isSpace(text, start)) start += 1
  }
  let end = to
  while (end > start && isSpace(text, end - 1)) end -= 1
  if (end > start) sentences.push({ start, end })
  return to
}

function isSpace(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d) || unit === 0xa0 || unit === 0x3000
}
