import { z } from 'zod'
import { wordTokens } from '../../../foundation/statistics/index.ts'
import { defineEvaluator, notApplicable } from './define-evaluator.ts'
import { asText, expectedTexts, parseAnswerJson, valueAt } from './expected.ts'

/** Its labels make the confusion matrix of a run. */
export const label = defineEvaluator({
  manifest: {
    name: 'label',
    version: 1,
    description: 'The answer names the expected one of some labels, and no other.',
    cost: 'free',
    needs: ['expected'],
    isJudge: false,
    threshold: 1,
  },
  parameters: z.strictObject({
    labels: z.array(z.string().min(1)).min(2).describe('The labels that there are.'),
    field: z
      .string()
      .min(1)
      .optional()
      .describe(
        'The field of an answer in JSON that holds it, like `triage.intent`; else it is looked for as a word.',
      ),
  }),
  create({ labels, field }) {
    const byWords = new Map(labels.map(one => [wordTokens(one).join(' '), one]))
    const find = (text: string): string | undefined => {
      const said = ` ${wordTokens(text).join(' ')} `
      const found = [...byWords].filter(([words]) => said.includes(` ${words} `))
      // `new order` is not also `order`
      const whole = found.filter(
        ([words]) => !found.some(([other]) => other !== words && ` ${other} `.includes(` ${words} `)),
      )
      return whole.length === 1 ? whole[0]?.[1] : undefined
    }
    const fromJson = (text: string): string | undefined => {
      const value = valueAt(parseAnswerJson(text)?.value, field ?? '')
      return value === undefined
        ? undefined
        : labels.find(one => one.toLowerCase() === asText(value).trim().toLowerCase())
    }
    return {
      evaluate(example, answer) {
        const [text] = expectedTexts(example)
        const wanted =
          text === undefined ? undefined : ((field === undefined ? undefined : fromJson(text)) ?? find(text))
        if (wanted === undefined) return notApplicable('None of the labels is expected')
        const said = field === undefined ? find(answer.text) : fromJson(answer.text)
        return {
          value: said === wanted ? 1 : 0,
          label: said ?? 'none of them',
          wanted,
          why: `${wanted} is expected.`,
        }
      },
    }
  },
})
