import type { JsonObject } from './loose-json.ts'

/** Whether a signature has the mark of its maker (`gemini:`), as those that nobody else can read have. */
export function isMarked(signature: unknown): boolean {
  return typeof signature === 'string' && /^\w+:/.test(signature)
}

/** Whether something else than Claude has thought this: it refuses thinking without a signature of its own. */
export function isForeignThinking(block: JsonObject | undefined): boolean {
  const { type, signature } = block ?? {}
  return type === 'thinking' && (typeof signature !== 'string' || signature === '' || isMarked(signature))
}

/** Where a text may hold such a block. */
export const mayBeForeign = /"signature"\s*:\s*(?:"(?:"|\w+:)|[^"\s])/
