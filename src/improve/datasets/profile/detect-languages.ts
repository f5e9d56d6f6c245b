import { detectLanguage } from '../../../foundation/platform/index.ts'

/** What share of the texts is in which language, by ISO 639-1; `unclear` where a text is too short to tell. */
export function languageShares(
  texts: readonly string[],
): { readonly language: string; readonly share: number }[] {
  const counts = new Map<string, number>()
  for (const text of texts) {
    const detected = text.trim().length < 16 ? undefined : detectLanguage(text.slice(0, 300))
    const language = (detected?.isReliable === true && detected.language) || 'unclear'
    counts.set(language, (counts.get(language) ?? 0) + 1)
  }
  return [...counts]
    .map(([language, count]) => ({ language, share: count / texts.length }))
    .toSorted((a, b) => b.share - a.share)
    .slice(0, 10)
}
