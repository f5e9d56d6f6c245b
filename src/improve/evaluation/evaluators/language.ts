import { z } from 'zod'
import { detectLanguage } from '../../../foundation/platform/index.ts'
import { defineEvaluator, notApplicable } from './define-evaluator.ts'

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
      const wanted =
        languages ?? (typeof last === 'string' && last.length >= 24 ? [detectLanguage(last).language] : [])
      if (wanted.length === 0 || wanted.includes('')) return notApplicable('The message is too short to tell')
      if (answer.text.trim().length < 24) return notApplicable('The answer is too short to tell')
      const said = detectLanguage(answer.text).language
      return { value: wanted.includes(said) ? 1 : 0, label: said || 'unknown' }
    },
  }),
})
