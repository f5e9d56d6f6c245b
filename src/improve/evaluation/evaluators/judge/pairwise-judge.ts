import { z } from 'zod'
import type { EvaluatedAnswer, EvaluatedExample, EvaluatorTools } from '../../evaluator.ts'
import { defineEvaluator } from '../define-evaluator.ts'
import { asText } from '../expected.ts'
import { askJudge, hashOf } from './ask-judge.ts'

const schema = z.strictObject({ rationale: z.string(), better: z.enum(['A', 'B', 'neither']) })

/**
 * Asks both ways round: only who is preferred in both places is better. A judge that goes by the place gives 0.5, and the
 * label says so (`A both times` means the one shown first).
 */
export const pairwiseJudge = defineEvaluator({
  manifest: {
    name: 'llm-pairwise',
    version: 1,
    description:
      'A model says which of two answers is better, asked in both orders: the baseline’s or this one’s.',
    cost: 'model',
    needs: ['service'],
    isJudge: true,
    threshold: 0.5,
  },
  parameters: z.strictObject({
    service: z.string().min(1).describe('The service that judges, or `service@release`.'),
    criterion: z.string().min(1).describe('What makes one answer better than another.'),
    temperature: z.number().min(0).max(2).default(0),
    maxChars: z.int().min(500).max(200_000).default(16_000).describe('As much of each text is shown.'),
  }),
  services: ({ service }) => [service],
  create({ service, criterion, temperature, maxChars }) {
    const instructions = [
      'You compare two answers of assistants to one question by the criterion below, and by nothing else. Which of them is shown first, which is longer and how they are laid out says nothing of which is better.',
      `Criterion:\n${criterion}`,
      'First write the rationale, in three sentences at most; then which is better: A, B or neither. Answer with JSON: {"rationale": …, "better": …}.',
    ].join('\n\n')
    const promptHash = hashOf([instructions, maxChars])
    const ask = (
      example: EvaluatedExample,
      [a, b]: readonly [EvaluatedAnswer, EvaluatedAnswer],
      round: number,
      tools: EvaluatorTools,
    ) =>
      askJudge(tools, {
        service,
        instructions,
        schema,
        temperature,
        round,
        material: fence =>
          [
            fence.around(
              'question',
              example.messages
                .map(({ role, content }) => `${role}: ${asText(content ?? '')}`)
                .join('\n')
                .slice(0, maxChars),
            ),
            fence.around('answer-A', a.text.slice(0, maxChars)),
            fence.around('answer-B', b.text.slice(0, maxChars)),
          ].join('\n'),
      })
    return {
      async compare(example, first, second, tools) {
        const straight = await ask(example, [first, second], 0, tools)
        const swapped = await ask(example, [second, first], 1, tools)
        const votes = [valueOf(straight.value.better), 1 - valueOf(swapped.value.better)] as const
        const isSame = votes[0] === votes[1]
        const value = isSame ? votes[0] : 0.5
        return {
          value,
          label: isSame
            ? value === 1
              ? 'better'
              : value === 0
                ? 'worse'
                : 'neither'
            : straight.value.better === swapped.value.better
              ? `${straight.value.better} both times`
              : 'undecided',
          why: straight.value.rationale,
          model: straight.model,
          promptHash,
        }
      },
    }
  },
})

/** 1 where B is better, which is shown second. */
function valueOf(better: z.output<typeof schema>['better']): number {
  return better === 'B' ? 1 : better === 'A' ? 0 : 0.5
}
