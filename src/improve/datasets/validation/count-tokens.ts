import { builtinTokenizer } from '../../training/index.ts'

/** How tokens are counted. Only `builtin` is exact, and for the built-in model alone. */
export const tokenCounters = ['estimate', 'words', 'builtin'] as const
export type TokenCounter = (typeof tokenCounters)[number]

/**
 * Counts in SQL, where that can be. `estimate` is a quarter of the bytes in UTF-8, rounded up: what byte-pair tokenizers of large vocabularies need for
 * English prose, within a fifth or so; too few for code and numbers, about right for Chinese.
 */
export function tokensInSql(text: string, counter: TokenCounter): string | undefined {
  switch (counter) {
    case 'estimate':
      return `((strlen(${text}) + 3) // 4)`
    case 'words':
      return `len(regexp_extract_all(${text}, '\\S+'))`
    case 'builtin':
      return undefined
  }
}

export function countTokens(counter: TokenCounter): (text: string) => number {
  if (counter === 'estimate') return text => Math.ceil(Buffer.byteLength(text) / 4)
  if (counter === 'words') return text => text.match(/\S+/g)?.length ?? 0
  const tokenizer = builtinTokenizer()
  return text => tokenizer.encode(text).length
}
