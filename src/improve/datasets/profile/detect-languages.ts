import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { eld } from 'eld/small'

let detector: typeof eld | undefined

/** Loads its models (some megabytes) when they are first wanted. */
function loadDetector(): typeof eld {
  if (!detector) {
    const file = fileURLToPath(import.meta.resolve('eld/small'))
    detector = (createRequire(import.meta.url)(file) as { eld: typeof eld }).eld
  }
  return detector
}

/** What share of the texts is in which language, by ISO 639-1; `unclear` where a text is too short to tell. */
export function languageShares(
  texts: readonly string[],
): { readonly language: string; readonly share: number }[] {
  const counts = new Map<string, number>()
  for (const text of texts) {
    const detected = text.trim().length < 16 ? undefined : loadDetector().detect(text.slice(0, 300))
    const language =
      detected?.isReliable() === true && detected.language !== '' ? detected.language : 'unclear'
    counts.set(language, (counts.get(language) ?? 0) + 1)
  }
  return [...counts]
    .map(([language, count]) => ({ language, share: count / texts.length }))
    .toSorted((a, b) => b.share - a.share)
    .slice(0, 10)
}
