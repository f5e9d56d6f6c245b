import { z } from 'zod'
import { Failure } from '../../../../foundation/platform/index.ts'
import type { EvaluatedExample } from '../../evaluator.ts'
import { defineEvaluator } from '../define-evaluator.ts'
import { asText, expectedTexts } from '../expected.ts'
import { askJudge, hashOf } from './ask-judge.ts'
import type { Fence } from './fence.ts'

export const rubricParameters = z.strictObject({
  service: z.string().min(1).describe('The service that judges, or `service@release`.'),
  rubric: z.string().min(1).describe('What is asked of an answer, and when each label is deserved.'),
  labels: z
    .record(z.string().min(1), z.number().min(0).max(1))
    .default({ good: 1, middling: 0.5, bad: 0 })
    .describe('The labels that the judge chooses from, and what each is worth.'),
  votes: z
    .int()
    .min(1)
    .max(15)
    .default(1)
    .describe('How often it is asked; the mean counts, and how far the votes lie apart is said.'),
  showExpected: z.boolean().default(true).describe('Whether the judge sees what is expected.'),
  showContext: z.boolean().default(true).describe('Whether it sees the context.'),
  temperature: z
    .number()
    .min(0)
    .max(2)
    .optional()
    .describe('0 for one vote and 1 for several, where this is left out.'),
  maxChars: z.int().min(500).max(200_000).default(16_000).describe('As much of each text is shown.'),
})

/** Rationale first, so that the label follows from it. */
export const rubricJudge = defineEvaluator({
  manifest: {
    name: 'llm-judge',
    version: 1,
    description: 'A model chooses a label by a rubric, once or several times.',
    cost: 'model',
    needs: ['service'],
    isJudge: true,
    threshold: 0.5,
  },
  parameters: rubricParameters,
  services: ({ service }) => [service],
  create(given) {
    const { rubric, labels, votes } = given
    const names = Object.keys(labels)
    if (names.length < 2) throw new Failure('invalid_request', '`labels` needs two labels or more.')
    // which label is read first must not decide: each vote reads them from another one on
    const instructionsOf = (round: number): string =>
      [
        'You judge one answer of an assistant by the rubric below, and by nothing else. A longer answer is not a better one, and neither the tone nor the layout of an answer says how good it is.',
        `Rubric:\n${rubric}`,
        `First write the rationale, in three sentences at most; then one label of: ${rotated(names, round).join(', ')}. Answer with JSON: {"rationale": …, "label": …}.`,
      ].join('\n\n')
    const schema = z.strictObject({ rationale: z.string(), label: z.enum(names) })
    const promptHash = hashOf([instructionsOf(0), given.showExpected, given.showContext, given.maxChars])
    return {
      async evaluate(example, answer, tools) {
        const replies = []
        for (let round = 0; round < votes; round += 1)
          replies.push(
            await askJudge(tools, {
              service: given.service,
              instructions: instructionsOf(round),
              schema,
              round,
              temperature: temperatureOf(given),
              material: fence => materialOf(fence, example, answer.text, given),
            }),
          )
        const counts = Map.groupBy(replies, ({ value }) => value.label)
        const [most = '', deciding = []] =
          [...counts].toSorted(([, left], [, right]) => right.length - left.length)[0] ?? []
        const value = replies.reduce((sum, reply) => sum + (labels[reply.value.label] ?? 0), 0) / votes
        const agreed = votes > 1 ? `${deciding.length} of ${votes} votes. ` : ''
        return {
          value,
          label: most,
          why: `${agreed}${deciding[0]?.value.rationale ?? ''}`,
          model: replies[0]?.model,
          promptHash,
        }
      },
    }
  },
})

/** With which it is asked. */
export function temperatureOf({
  temperature,
  votes,
}: Pick<z.output<typeof rubricParameters>, 'temperature' | 'votes'>): number {
  return temperature ?? (votes > 1 ? 1 : 0)
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const at = by % items.length
  return [...items.slice(at), ...items.slice(0, at)]
}

type Shown = Pick<z.output<typeof rubricParameters>, 'showExpected' | 'showContext' | 'maxChars'>

function materialOf(fence: Fence, example: EvaluatedExample, answer: string, shown: Shown): string {
  const cut = (text: string): string => text.slice(0, shown.maxChars)
  const question = example.messages.map(({ role, content }) => `${role}: ${asText(content ?? '')}`).join('\n')
  const context = example.context
  const documents = context === undefined ? [] : Array.isArray(context) ? context : [context]
  const expected = expectedTexts(example)
  return [
    ...(shown.showContext ? documents.map(one => fence.around('document', cut(asText(one)))) : []),
    fence.around('question', cut(question)),
    ...(shown.showExpected && expected.length > 0
      ? [fence.around('expected', cut(expected.join('\n---\n')))]
      : []),
    fence.around('answer', cut(answer)),
  ].join('\n')
}
