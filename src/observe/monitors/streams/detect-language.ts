import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { eld } from 'eld/small'

/** Loaded when a monitor asks for it: its models take 6 MB. */
let detector: typeof eld | undefined
const leastCharacters = 24
/** More of a text makes it slower and hardly surer. */
const mostCharacters = 240

/** ISO 639-1; `undefined` where a text is too short to tell. */
export function detectLanguage(text: string): string | undefined {
  const beginning = text.trim().slice(0, mostCharacters)
  if (beginning.length < leastCharacters) return undefined
  const file = fileURLToPath(import.meta.resolve('eld/small'))
  detector ??= (createRequire(import.meta.url)(file) as { eld: typeof eld }).eld
  return detector.detect(beginning).language || undefined
}
