/**
 * Turns tokens into text as they come. A character whose bytes are spread over tokens comes out whole, with the
 * token that completes it.
 */
export interface TextAssembler {
  /** The text that `token` completes; empty while bytes of a character are missing. */
  push(token: number): string
  /** What was still held back at the end: a broken character comes out as U+FFFD. */
  end(): string
}

/** No character has more bytes than this, so no more tokens than this can be waiting for it. */
const longestCharacterTokens = 4

/** `detokenize` gets the tokens and the ones before them, on which leading spaces may depend. */
export function createTextAssembler(
  detokenize: (tokens: readonly number[], before: readonly number[]) => string,
  prompt: readonly number[],
): TextAssembler {
  let before = prompt.slice(-8)
  let pending: number[] = []
  const take = (): string => {
    const text = detokenize(pending, before)
    before = [...before, ...pending].slice(-8)
    pending = []
    return text
  }
  return {
    push(token) {
      pending.push(token)
      if (pending.length < longestCharacterTokens && detokenize(pending, before).endsWith('\ufffd')) return ''
      return take()
    },
    end: () => (pending.length === 0 ? '' : take()),
  }
}
