import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { eld } from 'eld/small'
import { z } from 'zod'
import { defineEvaluator, notApplicable } from './define-evaluator.ts'

/** Loaded when a suite asks for it: its models take 6 MB. */
let detector: typeof eld | undefined

function detect(text: string): string {
  const file = fileURLToPath(import.meta.resolve('eld/small'))
  detector ??= (createRequire(import.meta.url)(file) as { eld: typeof eld }).eld
  return detector.detect(text).language
}

export const language = defineEvaluator({
  manifest: {
    name: 'language',
    version: 1,
    description: 'The answer is in one of these languages, or in that of the last message.',
    cost: 'free',
    needs: [],
    isJudge: false,
    threshold: 1,
  },
  parameters: z.strictObject({
    languages: z
      .array(z.string().regex(/^[a-z]{2}$/))
      .min(1)
      .optional()
      .describe('ISO 639-1 codes; the language of the last message, where this is left out.'),
  }),
  create: ({ languages }) => ({
    evaluate(example, answer) {
      const last = example.messages.at(-1)?.content
      const wanted = languages ?? (typeof last === 'string' && last.length >= 24 ? [detect(last)] : [])
      if (wanted.length === 0 || wanted.includes('')) return notApplicable('The message is too short to tell')
      if (answer.text.trim().length < 24) return notApplicable('The answer is too short to tell')
      const said = detect(answer.text)
      return { value: wanted.includes(said) ? 1 : 0, label: said || 'unknown' }
    },
  }),
})
