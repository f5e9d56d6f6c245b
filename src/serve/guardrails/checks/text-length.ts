import { z } from 'zod'
import type { CheckKind, Finding } from '../check.ts'

const parameters = z
  .strictObject({
    maxCharacters: z.int().min(1).max(10_000_000).optional().describe('UTF-16 units, as JavaScript counts.'),
    maxTokens: z
      .int()
      .min(1)
      .max(10_000_000)
      .optional()
      .describe(
        'Estimated without a tokenizer, rather too high: three ASCII characters or one other count as a token.',
      ),
    minCharacters: z
      .int()
      .min(1)
      .max(10_000_000)
      .optional()
      .describe('White space at both ends does not count.'),
  })
  .refine(
    ({ maxCharacters, maxTokens, minCharacters }) =>
      (maxCharacters ?? maxTokens ?? minCharacters) !== undefined,
    'say at least one of maxCharacters, maxTokens and minCharacters',
  )

export const lengthKind: CheckKind<z.infer<typeof parameters>> = {
  manifest: {
    name: 'length',
    description: 'Finds what goes beyond the length that a text may have, or texts that are too short.',
    stages: ['input', 'context', 'tool_call', 'reasoning', 'output'],
    parameters,
    maxSpan: 'whole',
    cost: 'deterministic',
  },
  create({ maxCharacters = Infinity, maxTokens = Infinity, minCharacters = 0 }) {
    const limitOf = (text: string) => Math.min(maxCharacters, tokenLimit(text, maxTokens))
    const isTooShort = (text: string) => minCharacters > 0 && text.trim().length < minCharacters
    return {
      scan({ text }): Finding[] {
        if (isTooShort(text)) return [{ start: 0, end: text.length, type: 'TOO_SHORT', score: 1 }]
        const limit = limitOf(text)
        return limit < text.length ? [{ start: limit, end: text.length, type: 'TOO_LONG', score: 1 }] : []
      },
      openFrom: text => (isTooShort(text) ? 0 : Math.min(text.length, limitOf(text))),
    }
  },
}

/** Thirds of a token, so that the sum is exact. */
const thirdsPerAscii = 1
const thirdsPerOther = 3

/** How many units of the text stay within so many tokens. */
function tokenLimit(text: string, maxTokens: number): number {
  if (text.length <= maxTokens) return text.length
  let thirds = 0
  for (let at = 0; at < text.length; at += 1) {
    thirds += text.charCodeAt(at) < 0x80 ? thirdsPerAscii : thirdsPerOther
    if (thirds > maxTokens * 3) return at
  }
  return text.length
}
