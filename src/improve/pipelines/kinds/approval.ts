import { z } from 'zod'
import type { StageKind } from '../stage-kind.ts'

export const approvalParameters = z.strictObject({
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

export type ApprovalTerms = z.output<typeof approvalParameters>

export const approvalKind = 'approval'

/** Waits for a person. The run itself waits, so that nothing is held meanwhile. */
export function createApproval(): StageKind<ApprovalTerms> {
  return {
    name: approvalKind,
    description: 'Waits until a person approves or rejects, with a reason.',
    version: 1,
    parameters: approvalParameters,
    inputs: 'any',
    outputs: { decision: 'value' },
    run: () => {
      throw new Error('An approval does not run: the run waits for it.')
    },
  }
}
