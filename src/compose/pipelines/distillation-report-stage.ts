import { z } from 'zod'
import { Failure } from '../../foundation/platform/index.ts'
import { makeDistillationReport } from '../../improve/distillation/index.ts'
import type { Evaluations, RunReport } from '../../improve/evaluation/index.ts'
import type { StageInputs, StageKind } from '../../improve/pipelines/index.ts'

const parameters = z.strictObject({
  recipe: z.string().min(1).max(100),
  teacher: z.string().min(1).max(100),
  student: z.string().min(1).max(200).optional().describe('The release that was held against the teacher.'),
})
type Parameters = z.output<typeof parameters>

/** Says what came of a distillation; fails where the gates of its comparison do. */
export function createDistillationReportStage({
  evaluations,
}: {
  readonly evaluations: Pick<Evaluations, 'find'>
}): StageKind<Parameters> {
  return {
    name: 'distillation-report',
    description:
      'Says what came of a distillation: answers, training, quality, latency and cost; its gates decide.',
    version: 1,
    parameters,
    inputs: { answers: ['report'], model: ['model'], training: ['report'], evaluation: ['report'] },
    outputs: { report: 'report' },
    async run({ parameters: { recipe, teacher, student }, inputs, caller }) {
      const evaluation = valueOf(inputs, 'evaluation') as { evaluation?: string } | undefined
      const run =
        evaluation?.evaluation === undefined ? undefined : await evaluations.find(evaluation.evaluation)
      if (evaluation && (run?.report === undefined || run.tenant !== caller.tenant))
        throw new Failure('not_found', `The evaluation ${evaluation.evaluation ?? ''} is gone.`)
      const made = makeDistillationReport({
        teacher,
        student,
        evaluation: run && { id: run.id, report: run.report as RunReport },
      })
      const outputs = {
        report: {
          type: 'report',
          value: {
            recipe,
            ...made,
            answers: valueOf(inputs, 'answers'),
            model: valueOf(inputs, 'model'),
            training: valueOf(inputs, 'training'),
          },
        },
      } as const
      if (made.comparison?.verdict !== 'failed') return { kind: 'done', outputs }
      return {
        kind: 'failed',
        code: 'gate_failed',
        message: `The student does not hold what the recipe asks of it: ${made.comparison.why}`,
        isRetryable: false,
        outputs,
      }
    },
  }
}

function valueOf(inputs: StageInputs, name: string): unknown {
  const input = inputs[name]
  return input && 'value' in input ? input.value : undefined
}
