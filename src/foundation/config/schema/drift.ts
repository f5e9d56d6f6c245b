import { z } from 'zod'

export const drift = z
  .strictObject({
    mostRows: z
      .int()
      .min(1_000)
      .max(10_000_000)
      .default(1_000_000)
      .describe('Rows of either side that a report reads; of more it draws that many.'),
    mostTexts: z
      .int()
      .min(100)
      .max(1_000_000)
      .default(20_000)
      .describe('The same where it reads what was asked and answered.'),
    retentionDays: z.int().min(1).max(3_650).default(90).describe('Days that a report is kept.'),
  })
  .describe('Reports of what explains a change of traffic or data.')
