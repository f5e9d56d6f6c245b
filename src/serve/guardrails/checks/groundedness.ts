import { z } from 'zod'
import type { CheckKind } from '../check.ts'
import type { ModelPorts } from '../models/ask-service.ts'
import { assessGroundedness, type GroundednessOptions } from '../models/assess-groundedness.ts'
import { modelService, needsDocuments, temperature, withoutDocuments } from './model-parameters.ts'

export const groundednessParameters = z.strictObject({
  service: modelService('that compares claims with documents'),
  method: z
    .enum(['llm', 'classifier', 'minicheck'])
    .default('llm')
    .describe(
      '`llm` asks a chat for a verdict on every claim at once, in JSON; `classifier` an NLI model for pairs of passage and claim at /v1/classify; `minicheck` a MiniCheck model in its own words.',
    ),
  entailment: z
    .array(z.string().min(1))
    .min(1)
    .default(['entailment', 'supported', 'consistent'])
    .describe('The classes of a classifier that mean that the passage bears the claim out.'),
  needsDocuments,
  maxContextChars: z
    .int()
    .min(1_000)
    .max(1_000_000)
    .default(48_000)
    .describe(
      'How much of the documents a chat is shown; of longer ones the passages nearest to the claims.',
    ),
  sureFrom: z
    .number()
    .min(0.5)
    .max(1)
    .optional()
    .describe(
      'Claims that words alone bear out this well (see `support`) are not sent to the model. Saves calls, and lets through what is wrong in the words of the document.',
    ),
  temperature,
})

/** What compares claims with documents needs to know, from the parameters. */
export function groundednessOptions(given: z.output<typeof groundednessParameters>): GroundednessOptions {
  return {
    method: given.method,
    entailment: new Set(given.entailment.map(label => label.toLowerCase())),
    maxContextChars: given.maxContextChars,
    temperature: given.temperature ?? undefined,
    sureFrom: given.sureFrom,
  }
}

export const groundedness: CheckKind<z.output<typeof groundednessParameters>, ModelPorts> = {
  manifest: {
    name: 'groundedness',
    description:
      'Claims of an answer that the documents it should rest on do not bear out, as a model sees it.',
    stages: ['output'],
    parameters: groundednessParameters,
    maxSpan: 'whole',
    cost: 'model',
  },
  create: (given, { ask }) => {
    const options = groundednessOptions(given)
    return {
      async scan({ text, documents, question, tenant }, signal) {
        if (!documents || documents.length === 0) return withoutDocuments(text, given.needsDocuments)
        const { service } = given
        const asked = { tenant, check: 'groundedness', service, signal, answer: text, question, documents }
        const claims = await assessGroundedness(ask, asked, options)
        return claims
          .filter(({ support }) => support < 0.5)
          .map(({ claim, support, verdict, document }) => ({
            start: claim.start,
            end: claim.end,
            type: verdict === 'contradicted' ? 'CONTRADICTED_CLAIM' : 'UNSUPPORTED_CLAIM',
            score: 1 - support,
            reason: document === undefined ? 'no document says so' : `document ${document + 1} decides`,
          }))
      },
    }
  },
}
