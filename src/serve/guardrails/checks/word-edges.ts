const wordBefore = /[\p{L}\p{N}\p{M}_]$/u
const wordAfter = /^[\p{L}\p{N}\p{M}_]/u
const unspaced =
  '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}]'
/** Scripts that put no space between words: there a word has no edge that could be seen. */
const unspacedBefore = new RegExp(`${unspaced}$`, 'u')
const unspacedAfter = new RegExp(`^${unspaced}`, 'u')

/** Whether a word may begin at `start`, or end there: no letter or digit goes on over that place. */
export function isWordEdge(text: string, at: number): boolean {
  const [one, other] = [text.charCodeAt(at - 1), text.charCodeAt(at)]
  // most places are between ASCII characters
  if (one < 0x80 && other < 0x80) return isBreak(one) || isBreak(other)
  const before = text.slice(Math.max(0, at - 2), at)
  const after = text.slice(at, at + 2)
  if (!wordBefore.test(before) || !wordAfter.test(after)) return true
  return unspacedBefore.test(before) || unspacedAfter.test(after)
}

function isBreak(unit: number): boolean {
  const lower = unit | 0x20
  return !((lower >= 0x61 && lower <= 0x7a) || (unit >= 0x30 && unit <= 0x39) || unit === 0x5f)
}
