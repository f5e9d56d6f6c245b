import { z } from 'zod'

export const models = z
  .strictObject({
    uploadMegabytes: z
      .int()
      .min(1)
      .max(10_000_000)
      .default(200_000)
      .describe('How large one file of a model may be that is sent.'),
    cacheMegabytes: z
      .int()
      .min(0)
      .max(10_000_000)
      .default(50_000)
      .describe(
        'Copies of versions that engines had, kept in the data folder for the way back; those in use come on top.',
      ),
    garbageGraceHours: z
      .number()
      .min(0)
      .max(8_760)
      .default(24)
      .describe('How long a file that no version needs is kept before it is collected.'),
  })
  .describe('The registry of models.')
