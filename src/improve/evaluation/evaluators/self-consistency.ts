import { z } from 'zod'
import { normaliseAnswer, tokenOverlap } from '../../../foundation/statistics/index.ts'
import { askTool, parseService } from './ask-tool.ts'
import { defineEvaluator, notApplicable } from './define-evaluator.ts'
import { numbersOf } from './matching.ts'

const agreements = {
  same: (left: string, right: string) => (normaliseAnswer(left) === normaliseAnswer(right) ? 1 : 0),
  number: (left: string, right: string) => (numbersOf(left).at(-1) === numbersOf(right).at(-1) ? 1 : 0),
  words: (left: string, right: string) => tokenOverlap(left, right).f,
}

export const consistencyParameters = z.strictObject({
  service: z
    .string()
    .min(1)
    .describe('Who is asked again: the service that is judged, or `service@release`.'),
  samples: z.int().min(1).max(20).default(4).describe('How often.'),
  agreement: z
    .enum(['same', 'number', 'words'])
    .default('words')
    .describe(
      'The share that is the same as SQuAD compares, has the same last number, or shares words (F1).',
    ),
  temperature: z.number().min(0).max(2).default(1),
})

/**
 * Asks the same again, with other seeds, and says how far the answers agree with the one that is judged: what a model invents it
 * seldom invents twice alike (SelfCheckGPT; Manakul, Liusie and Gales, EMNLP 2023, here with words in place of a judge).
 */
export const selfConsistency = defineEvaluator({
  manifest: {
    name: 'self-consistency',
    version: 1,
    description: 'How far other answers to the same agree with this one; needs nothing to be expected.',
    cost: 'model',
    needs: ['service'],
    isJudge: false,
    threshold: 0.5,
  },
  parameters: consistencyParameters,
  services: ({ service }) => [service],
  create: ({ service, samples, agreement, temperature }) => ({
    async evaluate(example, answer, tools) {
      if (answer.text.trim() === '') return notApplicable('The answer has no text')
      if (agreement === 'number' && numbersOf(answer.text).length === 0)
        return notApplicable('The answer has no number')
      let sum = 0
      for (let round = 1; round <= samples; round += 1) {
        const body = { messages: example.messages, temperature }
        const other = await askTool(tools, parseService(service), body, (tools.seed + round) % 2_147_483_647)
        sum += agreements[agreement](other.text, answer.text)
      }
      const value = sum / samples
      return {
        value,
        label: value >= 0.5 ? 'consistent' : 'inconsistent',
        why: `Asked ${samples} times more.`,
      }
    },
  }),
})
