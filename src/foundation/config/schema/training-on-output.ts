import { z } from 'zod'

export const trainingOnOutput = z
  .strictObject({
    allowed: z.boolean().describe('Whether another model may learn from what it answers.'),
    terms: z
      .string()
      .min(1)
      .max(500)
      .describe('What says so: the licence of the model, or the clause of the provider’s terms.'),
  })
  .describe(
    'Whether models may be trained on its answers (`slipway distil`). Where this is left out they may not.',
  )
