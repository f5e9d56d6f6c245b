/** Longer ones are cut, so that a text without an end does not wait for it for ever. */
export const maxSentenceLength = 4_000

const ends = /[.!?…]["'”’»)\]]*\s|[。！？｡।۔\n]/gu

/**
 * Where the sentence that begins at `from` ends, with the white space after it; `undefined` where that is not seen yet.
 * Depends on nothing behind its end, so a text that comes in pieces has the same sentences as when it comes whole.
 */
export function sentenceEnd(text: string, from: number): number | undefined {
  ends.lastIndex = from
  const match = ends.exec(text)
  const end = match ? match.index + match[0].length : undefined
  const limit = from + maxSentenceLength
  if (end !== undefined && end <= limit) return end
  if (text.length < limit) return undefined
  return isLowSurrogate(text, limit) ? limit - 1 : limit
}

/** Whether a cut there would part a pair. */
export function isLowSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return unit >= 0xdc00 && unit <= 0xdfff && at > 0
}
