import { z } from 'zod'
import type { CheckKind, Finding } from '../check.ts'
import type { ModelPorts } from '../models/ask-service.ts'
import { notAsAsked } from '../models/ask-for-json.ts'
import { windowsOf } from '../text/windows.ts'
import { modelService } from './model-parameters.ts'
import { remembered } from './remembered.ts'

const parameters = z.strictObject({
  service: modelService('whose /v1/moderations is asked, e.g. one with `omni-moderation-latest`'),
  categories: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe(
      'The categories that count, in the words of the provider (`hate/threatening`); all where left out.',
    ),
  thresholds: z
    .record(z.string(), z.number().min(0).max(1))
    .default({})
    .describe(
      'From which score a category counts, by its name. A category without one counts where the provider itself flags it.',
    ),
})

const resultSchema = z.looseObject({
  categories: z.record(z.string(), z.boolean().nullable()),
  category_scores: z.record(z.string(), z.number().nullable()),
})

/** What OpenAI's models read at once is far more; shorter pieces make findings that say where. */
const windowSize = 8_000

export const moderation: CheckKind<z.output<typeof parameters>, ModelPorts> = {
  manifest: {
    name: 'moderation',
    description: "Harmful content, as a moderation model in OpenAI's API sees it.",
    stages: ['input', 'context', 'reasoning', 'output'],
    parameters,
    maxSpan: 'whole',
    cost: 'model',
  },
  create: ({ service, categories, thresholds }, { ask }) =>
    remembered({
      async scan({ text, tenant }, signal) {
        const windows = windowsOf(text, windowSize)
        if (windows.length === 0) return []
        const input = windows.map(({ start, end }) => text.slice(start, end))
        const call = { tenant, check: 'moderation', service, signal }
        const { body } = await ask({
          ...call,
          path: '/v1/moderations',
          body: { input: input.length === 1 ? input[0] : input },
        })
        const results = z.array(resultSchema).length(input.length).safeParse(body['results'])
        if (!results.success) throw notAsAsked(call, 'something else than a result for each text')
        return results.data.flatMap((result, index) => {
          const worst = worstOf(result, { categories, thresholds })
          const window = windows[index]
          return worst && window ? [{ ...window, ...worst }] : []
        })
      },
    }),
}

type Result = z.output<typeof resultSchema>

/**
 * The worst category that counts, with the others in its reason. Whether it counts is decided here, so its score is in the
 * upper half, where the threshold of a policy usually is.
 */
function worstOf(
  result: Result,
  { categories, thresholds }: Pick<z.output<typeof parameters>, 'categories' | 'thresholds'>,
): Pick<Finding, 'type' | 'score' | 'reason'> | undefined {
  const names = new Set([...Object.keys(result.categories), ...Object.keys(result.category_scores)])
  const hits = [...names]
    .filter(name => categories?.includes(name) !== false)
    .map(name => ({ name, score: Math.max(0, Math.min(1, result.category_scores[name] ?? 0)) }))
    .filter(({ name, score }) => {
      const threshold = thresholds[name]
      return threshold === undefined ? result.categories[name] === true : score >= threshold
    })
    .sort((left, right) => right.score - left.score)
  const [worst, ...others] = hits
  if (!worst) return undefined
  const also = others.length > 0 ? `; also ${others.map(({ name }) => name).join(', ')}` : ''
  return {
    type: typeName(worst.name),
    score: 0.5 + worst.score / 2,
    reason: `${worst.name} ${worst.score.toFixed(2)}${also}`.slice(0, 200),
  }
}

function typeName(category: string): string {
  return category
    .slice(0, 60)
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
}
