import { stemWord } from './stem.ts'

const words = /[\p{L}\p{M}\p{N}]+/gu
/** Scripts that write no spaces: every character stands for itself. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const letters =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]\p{M}*|[^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu

/** The words of a text in lower case, punctuation left out; scripts without spaces give one token for each character. */
export function wordTokens(text: string): string[] {
  const found = text.normalize('NFC').toLowerCase().match(words) ?? []
  return unspaced.test(text) ? found.flatMap(word => word.match(letters) ?? []) : found
}

/** Runs of `a–z` and `0–9` in lower case, as ROUGE's own package cuts; everything else is lost, accents too. */
export function asciiTokens(text: string): string[] {
  return text.toLowerCase().match(/[a-z0-9]+/g) ?? []
}

/** The tokenizer 13a of mteval, by which BLEU is usually reported (`mteval-v13a.pl`; sacreBLEU's default). Case is kept. */
export function mtevalTokens(text: string): string[] {
  const line = text
    .replaceAll('<skipped>', '')
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
  return ` ${line} `
    .replaceAll(/([{-~[-` -&(-+:-@/])/g, ' $1 ')
    .replaceAll(/([^0-9])([.,])/g, '$1 $2 ')
    .replaceAll(/([.,])([^0-9])/g, ' $1 $2')
    .replaceAll(/([0-9])(-)/g, '$1 $2 ')
    .split(/\s+/)
    .filter(token => token !== '')
}

/**
 * The international tokenizer of mteval (`mteval-v14.pl --international-tokenization`; sacreBLEU's `intl`): every mark that is not
 * between digits stands for itself, whatever its script, and so does every symbol. Case is kept.
 */
export function internationalTokens(text: string): string[] {
  return text
    .replaceAll(/(\P{N})(\p{P})/gu, '$1 $2 ')
    .replaceAll(/(\p{P})(\P{N})/gu, ' $1 $2')
    .replaceAll(/(\p{S})/gu, ' $1 ')
    .split(/\s+/)
    .filter(token => token !== '')
}

/** Every character stands for itself, spaces left out: sacreBLEU's `char`, for scripts that write none. Case is kept. */
export function characterTokens(text: string): string[] {
  return Array.from(text.replaceAll(/\s+/g, ''))
}

/** The words of `asciiTokens`, those of more than three letters as their stems: ROUGE's own package with its stemmer. */
export function stemmedTokens(text: string): string[] {
  return asciiTokens(text).map(word => (word.length > 3 ? stemWord(word) : word))
}

/** How often each run of `size` tokens is there. */
export function countRuns(tokens: readonly string[], size: number): Map<string, number> {
  const counts = new Map<string, number>()
  for (let from = 0; from + size <= tokens.length; from += 1) {
    // tokens hold no space
    const run = size === 1 ? (tokens[from] as string) : tokens.slice(from, from + size).join(' ')
    counts.set(run, (counts.get(run) ?? 0) + 1)
  }
  return counts
}

/** How many runs two counts share. */
export function sharedRuns(left: ReadonlyMap<string, number>, right: ReadonlyMap<string, number>): number {
  const [few, many] = left.size < right.size ? [left, right] : [right, left]
  let shared = 0
  for (const [run, count] of few) shared += Math.min(count, many.get(run) ?? 0)
  return shared
}
