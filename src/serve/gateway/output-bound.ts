import type { Body } from '../dialects/index.ts'
import type { Operation } from '../providers/index.ts'

const names = ['max_completion_tokens', 'max_tokens', 'max_output_tokens'] as const

/** The operations whose answers can be bounded, and the parameter that does it. */
const boundedBy: Partial<Record<Operation, (typeof names)[number]>> = {
  chat: 'max_completion_tokens',
  completion: 'max_tokens',
  messages: 'max_tokens',
  responses: 'max_output_tokens',
}

/** More than any answer has; a bound above it, or none that is a number of tokens, counts as this. */
const mostTokens = 500_000_000

/** The most tokens that the answer may have as the request says, all its choices together; a whole number. */
export function outputBound(body: Body): number | undefined {
  const bounds = names.map(name => body[name]).filter(value => typeof value === 'number' && value >= 0)
  if (bounds.length === 0) return undefined
  const { n } = body
  const asked = Math.max(...(bounds as number[])) * (typeof n === 'number' && n > 1 ? n : 1)
  return Math.min(Math.ceil(asked), mostTokens)
}

/** The body with that bound, where it has none; the very same object where nothing changes. */
export function boundOutput(body: Body, operation: Operation, maxOutputTokens: number | undefined): Body {
  const name = boundedBy[operation]
  if (maxOutputTokens === undefined || name === undefined || outputBound(body) !== undefined) return body
  const { n } = body
  const choices = typeof n === 'number' && n > 1 ? n : 1
  return { ...body, [name]: Math.max(1, Math.floor(maxOutputTokens / choices)) }
}
