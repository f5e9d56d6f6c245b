import { z } from 'zod'
import type { CheckKind } from '../check.ts'
import type { ModelPorts } from '../models/ask-service.ts'
import { assessConsistency } from '../models/assess-consistency.ts'
import { modelService } from './model-parameters.ts'

const parameters = z.strictObject({
  service: modelService('that is asked the same question again; not one with a cache'),
  samples: z.int().min(2).max(10).default(5).describe('How often it is asked.'),
  maxOutputTokens: z
    .int()
    .min(1)
    .max(2_048)
    .default(256)
    .describe('The most that each of these answers may have.'),
  temperature: z
    .number()
    .min(0)
    .max(2)
    .nullable()
    .default(1)
    .describe('At which it is asked: 0 would always say the same. `null` sends none.'),
  compare: z
    .enum(['text', 'llm', 'classifier'])
    .default('llm')
    .describe(
      'How answers are compared: `text` as short answers, without case and punctuation; `llm` by a chat, `classifier` by an NLI model at /v1/classify, each in both directions.',
    ),
  judge: z
    .string()
    .min(1)
    .optional()
    .describe('The service that compares; the one that is sampled where left out.'),
  entailment: z
    .array(z.string().min(1))
    .min(1)
    .default(['entailment'])
    .describe('The classes of a classifier that mean yes.'),
})

/** How sure a model is of what it says, by asking it again: whoever makes something up says something else each time. */
export const selfConsistency: CheckKind<z.output<typeof parameters>, ModelPorts> = {
  manifest: {
    name: 'self-consistency',
    description:
      'Answers that the same model would not give again: samples of it are clustered by meaning; the score is their discrete semantic entropy.',
    stages: ['output'],
    parameters,
    maxSpan: 'whole',
    cost: 'model',
  },
  create: (options, { ask }) => ({
    async scan({ text, question, tenant }, signal) {
      if (question === undefined || question.trim() === '' || text.trim() === '') return []
      const { score, reason } = await assessConsistency(
        ask,
        { tenant, check: 'self-consistency', signal, priority: 'batch' },
        { answer: text, question },
        {
          ...options,
          sampled: options.service,
          judge: options.judge ?? options.service,
          temperature: options.temperature ?? undefined,
        },
      )
      return score > 0 ? [{ start: 0, end: text.length, type: 'INCONSISTENT_ANSWER', score, reason }] : []
    },
  }),
}
