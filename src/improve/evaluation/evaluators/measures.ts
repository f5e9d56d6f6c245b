import { z } from 'zod'
import { wordTokens } from '../../../foundation/statistics/index.ts'
import { defineEvaluator, notApplicable } from './define-evaluator.ts'

/** 1 within the bound; beyond it the bound over what it is, so that twice as much is a half. */
const within = (actual: number, bound: number): number => (actual <= bound ? 1 : bound / actual)

const free = { version: 1, cost: 'free', needs: [], isJudge: false, threshold: 1 } as const

export const latency = defineEvaluator({
  manifest: {
    ...free,
    name: 'latency',
    description: 'The answer came within a time; twice the time is a half.',
  },
  parameters: z.strictObject({
    maxMs: z.number().positive().describe('Milliseconds.'),
    of: z
      .enum(['whole', 'first-token'])
      .default('whole')
      .describe('Until the whole answer, or its first token.'),
  }),
  create: ({ maxMs, of }) => ({
    evaluate(_, answer) {
      const took = of === 'whole' ? answer.latencyMs : answer.firstTokenMs
      if (took === undefined) return notApplicable('How long it took is not known')
      return { value: within(took, maxMs), why: `It took ${Math.round(took)} ms.` }
    },
  }),
})

export const cost = defineEvaluator({
  manifest: {
    ...free,
    name: 'cost',
    description: 'The answer cost no more than so much; twice that is a half.',
  },
  parameters: z.strictObject({ maxUsd: z.number().positive().describe('Dollars for one answer.') }),
  create: ({ maxUsd }) => ({
    evaluate(_, answer) {
      if (answer.costNanoUsd === undefined) return notApplicable('It has no price')
      return {
        value: within(answer.costNanoUsd, maxUsd * 1e9),
        why: `It cost ${answer.costNanoUsd} nano-dollars.`,
      }
    },
  }),
})

export const length = defineEvaluator({
  manifest: { ...free, name: 'length', description: 'The answer is neither too short nor too long.' },
  parameters: z.strictObject({
    unit: z
      .enum(['characters', 'words', 'tokens'])
      .default('characters')
      .describe('`tokens` as the model counted.'),
    min: z.int().min(0).default(1),
    max: z.int().min(1).default(1_000_000),
  }),
  create: ({ unit, min, max }) => ({
    evaluate(_, answer) {
      const actual =
        unit === 'tokens'
          ? answer.usage?.output
          : unit === 'words'
            ? wordTokens(answer.text).length
            : Array.from(answer.text).length
      if (actual === undefined) return notApplicable('How many tokens it has is not known')
      const value = actual < min ? actual / min : within(actual, max)
      return { value, why: `It has ${actual} ${unit}.` }
    },
  }),
})
