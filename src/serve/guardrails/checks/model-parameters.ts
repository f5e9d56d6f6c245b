import { z } from 'zod'
import type { Finding } from '../check.ts'

/** The parameter that names the service which a check asks. */
export function modelService(what: string): z.ZodString {
  return z.string().min(1).describe(`The service of this configuration ${what}.`)
}

export const temperature = z
  .number()
  .min(0)
  .max(2)
  .nullable()
  .default(0)
  .describe('`null` sends none, for models that take none.')

export const needsDocuments = z
  .boolean()
  .default(false)
  .describe(
    'Whether an answer without any documents is a finding of its own; there is nothing to compare it with.',
  )

/** What is found where there is nothing to compare an answer with. */
export function withoutDocuments(text: string, isFinding: boolean): readonly Finding[] {
  return isFinding && text !== '' ? [{ start: 0, end: text.length, type: 'NO_DOCUMENTS', score: 1 }] : []
}
