import { z } from 'zod'
import type { CheckKind } from '../check.ts'
import type { ModelPorts } from '../models/ask-service.ts'
import { classify } from '../models/classify.ts'
import { windowsOf } from '../text/windows.ts'
import { modelService } from './model-parameters.ts'
import { remembered } from './remembered.ts'

const parameters = z.strictObject({
  service: modelService('whose /v1/classify has a classifier for prompt injection'),
  benign: z
    .array(z.string().min(1))
    .min(1)
    .default(['BENIGN', 'SAFE', 'LABEL_0'])
    .describe('The labels of harmless text, whatever their case; every other class is an attack.'),
  windowChars: z
    .int()
    .min(100)
    .max(20_000)
    .default(1_500)
    .describe('How much is judged at once, in characters: these models read some 512 tokens.'),
})

/** Text is judged in windows that overlap: of a long text the model would read only the beginning, or see it diluted. */
const overlapShare = 0.2
/** What no policy would act on is not worth a line in a record. */
const leastScore = 0.05
/** How many windows go into one call. */
const batchSize = 32

export const promptGuard: CheckKind<z.output<typeof parameters>, ModelPorts> = {
  manifest: {
    name: 'prompt-guard',
    description: 'Prompt injection and jailbreaks, as a classifier such as Llama Prompt Guard 2 sees them.',
    stages: ['input', 'context', 'tool_call'],
    parameters,
    maxSpan: 'whole',
    cost: 'model',
  },
  create: ({ service, benign, windowChars }, { ask }) => {
    const harmless = new Set(benign.map(label => label.toLowerCase()))
    return remembered({
      async scan({ text, tenant }, signal) {
        const windows = windowsOf(text, windowChars, Math.floor(windowChars * overlapShare))
        const scores: number[] = []
        for (let from = 0; from < windows.length; from += batchSize) {
          const input = windows.slice(from, from + batchSize).map(({ start, end }) => text.slice(start, end))
          const classes = await classify(ask, { tenant, check: 'prompt-guard', service, signal, input })
          scores.push(...classes.map(one => 1 - one.probabilityOf(harmless)))
        }
        // a window ends for its finding where the next one begins
        return windows
          .map(({ start, end }, index) => ({
            start,
            end: Math.min(end, windows[index + 1]?.start ?? end),
            type: 'PROMPT_INJECTION',
            score: scores[index] ?? 0,
          }))
          .filter(({ score }) => score >= leastScore)
      },
    })
  },
}
