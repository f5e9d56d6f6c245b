import { z } from 'zod'

export const responses = z
  .strictObject({
    retentionDays: z
      .int()
      .min(1)
      .max(3_650)
      .default(30)
      .describe('Days that a stored response can be read and gone on from; then it is deleted.'),
  })
  .describe('How the responses of services that store content are kept.')
