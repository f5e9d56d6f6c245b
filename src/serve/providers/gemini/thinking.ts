import type { JsonObject } from '../loose-json.ts'
import { isThirdOrLater } from './generation.ts'
import { unsupported } from './refuse.ts'

/** As Google's own OpenAI endpoint has it. https://ai.google.dev/gemini-api/docs/openai#thinking */
const budgets: Readonly<Record<string, number>> = { minimal: 1024, low: 1024, medium: 8192, high: 24_576 }

/**
 * `reasoning_effort` as a `thinkingConfig`: a level from the third generation on, a budget of tokens before. Who asks
 * for an effort gets to see the thoughts too.
 */
export function toThinkingConfig(effort: unknown, model: string): JsonObject | undefined {
  if (effort === undefined || effort === null) return undefined
  if (effort === 'none') return { thinkingBudget: 0 }
  const thinkingBudget = typeof effort === 'string' ? budgets[effort] : undefined
  if (typeof effort !== 'string' || thinkingBudget === undefined) {
    throw unsupported('reasoning_effort', 'Its efforts are `none`, `minimal`, `low`, `medium` and `high`.')
  }
  return isThirdOrLater(model)
    ? { thinkingLevel: effort.toUpperCase(), includeThoughts: true }
    : { thinkingBudget, includeThoughts: true }
}
