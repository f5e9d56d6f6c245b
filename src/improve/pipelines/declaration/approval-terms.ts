import { z } from 'zod'

/** What a person is asked before a run goes on. */
export const approvalTerms = z.strictObject({
  question: z.string().min(1).max(4_000).default('May the run go on?').describe('What is asked.'),
  expiresAfterHours: z
    .number()
    .positive()
    .max(8_760)
    .default(72)
    .describe('After which nobody can answer any more.'),
  onExpiry: z.enum(['reject', 'approve']).default('reject').describe('What nobody’s answer counts as.'),
  byAnother: z
    .boolean()
    .default(false)
    .describe('Whoever began the run cannot approve it: it has to be another key.'),
})

export type ApprovalTerms = z.output<typeof approvalTerms>
