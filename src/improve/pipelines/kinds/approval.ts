import { type ApprovalTerms, approvalTerms } from '../declaration/approval-terms.ts'
import type { StageKind } from '../stage-kind.ts'

export type { ApprovalTerms }

export const approvalKind = 'approval'

/** Waits for a person. The run itself waits, so that nothing is held meanwhile. */
export function createApproval(): StageKind<ApprovalTerms> {
  return {
    name: approvalKind,
    description: 'Waits until a person approves or rejects, with a reason.',
    version: 1,
    parameters: approvalTerms,
    inputs: 'any',
    outputs: { decision: 'value' },
    run: () => {
      throw new Error('An approval does not run: the run waits for it.')
    },
  }
}
