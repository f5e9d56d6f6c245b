import { splitSentences } from '../text/split-sentences.ts'
import { type Language, languageOf, stemsOf } from './words.ts'
import { numbersOf, type TextNumber } from './numbers.ts'

/** One thing that an answer states: a sentence, with what of it can be looked for elsewhere. */
export interface Claim {
  readonly start: number
  readonly end: number
  readonly text: string
  readonly stems: readonly string[]
  readonly numbers: readonly TextNumber[]
  /** Proper names and codes as they are written: `Ada Lovelace`, `ISO-9001`. */
  readonly names: readonly string[]
}

/**
 * The sentences of an answer that state something. Left out are questions, lines that only announce what follows, and what
 * has fewer than two words of meaning and no number: there is nothing in them to be found in a document.
 */
export function claimsOf(text: string, language: Language | undefined = languageOf(text)): Claim[] {
  return splitSentences(text).flatMap(({ start, end }) => {
    const sentence = text.slice(start, end)
    const isStatement = !/[?؟？]["'”»)\]]*$/.test(sentence) && !/[:：]$/.test(sentence)
    if (!isStatement) return []
    // marks of citations are no numbers of the claim
    const plain = sentence.replace(/\[\^?\d{1,3}(?:\s*[,–-]\s*\d{1,3})*\]|【[^】]*】/g, ' ')
    const claim: Claim = {
      start,
      end,
      text: sentence,
      stems: stemsOf(plain),
      numbers: numbersOf(plain, language),
      names: namesOf(plain),
    }
    return claim.stems.length >= 2 || claim.numbers.length > 0 ? [claim] : []
  })
}

const name = /(?<![\p{L}\p{N}])(?:\p{Lu}[\p{L}\p{M}\p{N}'’-]*|\p{Ll}+\p{Lu}[\p{L}\p{N}]*)(?![\p{L}\p{N}])/gu

/** Words with a capital letter that do not only begin the sentence. German writes every noun so, so that there they say less. */
export function namesOf(sentence: string): string[] {
  const names: string[] = []
  for (const match of sentence.matchAll(name)) {
    const [word] = match
    const isCode = /\p{Lu}.*[\p{Lu}\p{N}]/u.test(word)
    const isFirst = !/[\p{L}\p{N}]/u.test(sentence.slice(0, match.index))
    if (word.length < 2 || (isFirst && !isCode)) continue
    if (stemsOf(word).length > 0) names.push(word.replace(/['’]s$/, ''))
  }
  return names
}
