import { z } from 'zod'
import { cosine } from '../../../foundation/statistics/index.ts'
import { defineEvaluator, notApplicable } from './define-evaluator.ts'
import { expectedTexts } from './expected.ts'

export const embeddingSimilarity = defineEvaluator({
  manifest: {
    name: 'embedding-similarity',
    version: 1,
    description: 'The cosine of the embeddings of the answer and of what is expected; below 0 counts as 0.',
    cost: 'model',
    needs: ['expected', 'service'],
    isJudge: false,
    threshold: 0.8,
  },
  parameters: z.strictObject({
    service: z.string().min(1).describe('A service that embeds.'),
    maxChars: z.int().min(100).max(100_000).default(8_000).describe('As much of each text is embedded.'),
  }),
  services: ({ service }) => [service],
  create: ({ service, maxChars }) => ({
    async evaluate(example, answer, tools) {
      const texts = expectedTexts(example)
      if (texts.length === 0) return notApplicable('Nothing is expected')
      if (answer.text.trim() === '') return { value: 0, label: 'no text' }
      const [said = [], ...wanted] = await tools.embed(
        service,
        [answer.text, ...texts].map(text => text.slice(0, maxChars)),
      )
      return { value: Math.min(1, Math.max(0, ...wanted.map(vector => cosine(said, vector)))) }
    },
  }),
})
