import { detectLanguage } from '../../../foundation/platform/index.ts'

const leastCharacters = 24
/** More of a text makes it slower and hardly surer. */
const mostCharacters = 240

/** ISO 639-1; `undefined` where a text is too short to tell. */
export function languageOf(text: string): string | undefined {
  const beginning = text.trim().slice(0, mostCharacters)
  if (beginning.length < leastCharacters) return undefined
  return detectLanguage(beginning).language || undefined
}
