import { usageOf, type Usage } from '../../../foundation/config/index.ts'
import { asCount, asObject } from '../loose-json.ts'

/**
 * Cohere charges `billed_units`; `tokens` also counts what it puts around the prompt itself, and `cached_tokens` is a
 * part of those. So the buckets hold what is charged, and the tokens only where that is not told.
 * https://docs.cohere.com/docs/rate-limits#how-are-costs-calculated
 */
export function readUsage(value: unknown): Usage | undefined {
  const usage = asObject(value)
  const billed = asObject(usage?.['billed_units'])
  const searches = asCount(billed?.['search_units'])
  const inputTokens = asCount(billed?.['input_tokens'])
  const units = searches ? { units: { searches } } : {}
  if (inputTokens !== undefined) {
    return usageOf({ inputTokens, outputTokens: asCount(billed?.['output_tokens']) ?? 0, ...units })
  }
  const tokens = asObject(usage?.['tokens'])
  const read = asCount(tokens?.['input_tokens'])
  if (read === undefined) return searches === undefined ? undefined : usageOf(units)
  const cacheReadTokens = Math.min(asCount(usage?.['cached_tokens']) ?? 0, read)
  return usageOf({
    inputTokens: read - cacheReadTokens,
    cacheReadTokens,
    outputTokens: asCount(tokens?.['output_tokens']) ?? 0,
    ...units,
  })
}
