import { z } from 'zod'
import { Failure } from '../../foundation/platform/index.ts'
import type { Evaluations, RunReport } from '../../improve/evaluation/index.ts'
import type { StageInputs, StageKind, StageWork } from '../../improve/pipelines/index.ts'
import { referenceOf, splitOf } from './dataset-stages.ts'
import { poll } from './poll.ts'
import { type AskAccess, principalOf } from './principal-of.ts'

const parameters = z.strictObject({
  suite: z.string().min(1).max(200).describe('The name of a suite that is stored.'),
  version: z.int().min(1).optional().describe('Of the suite; the newest by default.'),
  against: z
    .string()
    .min(1)
    .max(300)
    .optional()
    .describe('Another baseline: `service` or `service@release`.'),
  sample: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('So many examples instead of what the suite says.'),
  split: z.string().max(50).optional().describe('Of the input `data`; all of it by default.'),
  gate: z
    .enum(['passed', 'not-failed', 'none'])
    .default('passed')
    .describe(
      'What the verdict has to be; `not-failed` lets "not enough" through, and `none` leaves it to `when` of later stages.',
    ),
})
type Parameters = z.output<typeof parameters>
const mostGatesSaid = 5
const pinnedData = z.object({ dataset: z.string() })

/** Runs a suite; its gates decide whether the stage succeeds. */
export function createEvaluationStage(parts: {
  readonly evaluations: Evaluations
  readonly access: AskAccess
}): StageKind<Parameters> {
  const { evaluations, access } = parts

  const wantedOf = ({ parameters: given, inputs }: StageWork<Parameters>) => ({
    suite: { name: given.suite, version: given.version },
    against: given.against,
    sample: given.sample,
    dataset: dataOf(inputs, given.split),
  })

  return {
    name: 'evaluation',
    description: 'Runs a suite on releases; its gates decide.',
    version: 1,
    parameters,
    inputs: { data: ['dataset'], after: ['dataset', 'model', 'report', 'file', 'folder', 'value'] },
    outputs: { report: 'report', verdict: 'value' },
    goesOnElsewhere: () => true,
    async cacheKey(work) {
      const { plan, contentHash } = await evaluations.plan(work.caller.tenant, wantedOf(work))
      const { dataset, releases, evaluators, suiteHash, ...rest } = plan
      return {
        parts: {
          suite: suiteHash,
          'rows of the dataset': `${contentHash}${dataset.split === null ? '' : `:${dataset.split}`}`,
          releases: releases.map(({ name, release, hash }) => ({ name, release, hash })),
          evaluators: evaluators.map(({ name, use, version, parametersHash }) => ({
            name,
            use,
            version,
            parametersHash,
          })),
          plan: rest,
        },
        standsFor: ['inputs.data', 'with.split'],
        pinned: {
          dataset: `${dataset.name}@${dataset.versionId}${dataset.split === null ? '' : `:${dataset.split}`}`,
        },
      }
    },
    spent: async ({ stableId }) => (await evaluations.find(stableId('evaluation')))?.costNanoUsd,
    async run(context) {
      const principal = principalOf(access, context, 'evaluation:run', 'run evaluations')
      const caller = { principal, tenant: context.caller.tenant, requestId: `pipeline-run:${context.runId}` }
      const { dataset } = pinnedData.parse(context.pinned)
      const id = context.stableId('evaluation')
      const begun = await evaluations.start(caller, { ...wantedOf(context), dataset, usesCache: true, id })
      context.log('system', `Evaluation ${id} of the suite ${begun.suite}, version ${begun.suiteVersion}.\n`)
      try {
        const run = await poll(async () => {
          const now = await evaluations.find(id)
          if (!now) throw new Failure('not_found', `The evaluation ${id} is gone.`)
          const done = now.scored + now.failed
          const paused = now.state === 'paused' ? `paused: ${now.reasonText ?? now.reason ?? ''}` : ''
          context.progress(
            now.total === 0 ? 0 : done / now.total,
            paused === '' ? `${done} of ${now.total} examples` : paused,
          )
          return ['completed', 'cancelled', 'failed'].includes(now.state) ? now : undefined
        }, context.signal)
        if (run.state !== 'completed')
          return {
            kind: 'failed',
            code: `evaluation_${run.state}`,
            message: `The evaluation ${id} is ${run.state}${run.reasonText === undefined ? '' : `: ${run.reasonText}`}.`,
            isRetryable: false,
          }
        const verdict = run.verdict ?? 'not_enough'
        const report = summarise(id, verdict, run.report as RunReport)
        const outputs = {
          report: { type: 'report', value: report },
          verdict: { type: 'value', value: verdict },
        } as const
        const { gate } = context.parameters
        const isPassed =
          gate === 'none' || verdict === 'passed' || (gate === 'not-failed' && verdict === 'not_enough')
        if (isPassed) return { kind: 'done', outputs }
        const message = `The verdict of the evaluation ${id} is "${verdict.replace('_', ' ')}": ${report.why} ${sayGates(report)}`
        return { kind: 'failed', code: 'gate_failed', message, isRetryable: false, outputs }
      } catch (error) {
        // a server that stops leaves it: the next attempt finds it
        if (context.signal.reason === 'cancelled' || context.signal.reason === 'timeout') {
          const run = await evaluations.find(id)
          if (run) await evaluations.cancel(caller, run).catch(() => undefined)
        }
        throw error
      }
    },
  }
}

function dataOf(inputs: StageInputs, split: string | undefined): string | undefined {
  const data = referenceOf(inputs, 'data')
  return data === undefined ? undefined : splitOf(data, split)
}

/** What the gates that have not passed have found. */
function sayGates({ gates }: ReturnType<typeof summarise>): string {
  return gates
    .filter(({ outcome }) => outcome !== 'passed')
    .map(({ measure, evaluator, release, why }) => `${release}, ${evaluator ?? measure}: ${why}`)
    .slice(0, mostGatesSaid)
    .join(' ')
}

/** The numbers that later stages decide by; all others stay with the evaluation. */
function summarise(id: string, verdict: string, report: RunReport) {
  return {
    evaluation: id,
    verdict,
    why: report.verdictWhy,
    examples: report.examples,
    releases: report.releases.map(({ release, answered, failed, scores, costNanoUsd }) => ({
      release,
      answered,
      failed,
      cost_nano_usd: costNanoUsd,
      scores: scores.map(({ evaluator, mean, passRate }) => ({
        evaluator,
        mean: mean?.mean ?? null,
        pass_rate: passRate?.mean ?? null,
      })),
    })),
    gates: report.gates.map(({ measure, evaluator, release, outcome, why }) => ({
      measure,
      evaluator: evaluator ?? null,
      release,
      outcome,
      why,
    })),
  }
}
