import type { ApprovalTerms } from './approval-terms.ts'
import { needsOf, type Pipeline } from './pipeline.ts'
import { stageSchema } from './pipeline-schema.ts'

/** No stage of a text can be called so. */
export const approvalStage = '_approval'

/** The pipeline as a run of a trigger has it that asks a person first: every stage comes after that. */
export function withApproval(pipeline: Pipeline, terms: ApprovalTerms | undefined): Pipeline {
  if (!terms) return pipeline
  const asked = Object.entries(pipeline.stages).map(([name, stage]) => [
    name,
    needsOf(stage).length === 0 ? { ...stage, needs: [approvalStage] } : stage,
  ])
  const approval = stageSchema.parse({ use: 'approval', with: terms })
  return {
    ...pipeline,
    stages: { [approvalStage]: approval, ...Object.fromEntries(asked) },
    order: [approvalStage, ...pipeline.order],
  }
}
