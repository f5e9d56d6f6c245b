import { z } from 'zod'
import { Failure } from '../../foundation/platform/index.ts'
import type { NewArtifact, StageKind, StageWork } from '../../improve/pipelines/index.ts'
import type { ModelRegistry } from '../../improve/registry/index.ts'
import { quantizationRequest, type Quantizations } from '../../improve/training/index.ts'
import { datasetFile, referenceOf } from './dataset-stages.ts'
import { modelOf, toModelArtifact, whyModelIsStale } from './model-artifact.ts'
import { poll } from './poll.ts'
import { type AskAccess, principalOf } from './principal-of.ts'

const parameters = quantizationRequest.extend({
  model: quantizationRequest.shape.model.optional().describe('A version in floats; or the input `model`.'),
  check: quantizationRequest.shape.check
    .optional()
    .describe('What both are compared on; or the input `data`.'),
  split: z.string().max(50).optional().describe('Of the input `data`; all of it by default.'),
})
type Parameters = z.output<typeof parameters>

const pinned = z.object({ model: z.string(), check: z.string(), calibrate: z.string().nullable() })

/** Writes a model with fewer bits a weight; its loss is a gate. */
export function createQuantizeStage(parts: {
  readonly quantizations: Quantizations
  readonly models: Pick<ModelRegistry, 'resolve'>
  readonly access: AskAccess
}): StageKind<Parameters> {
  const { quantizations, models, access } = parts

  function wantedOf({ parameters: given, inputs }: StageWork<Parameters>) {
    const { split, ...rest } = given
    const data = referenceOf(inputs, 'data')
    const model = modelOf(inputs, 'model') ?? rest.model
    const check = data === undefined ? rest.check : datasetFile(data, split)
    if (model === undefined)
      throw new Failure('invalid_request', 'Name a model: the input `model`, or `with: { model: … }`.')
    if (check === undefined)
      throw new Failure(
        'invalid_request',
        'Name what to compare on: the input `data`, or `with: { check: … }`.',
      )
    return quantizationRequest.parse({ ...rest, model, check })
  }

  return {
    name: 'quantize',
    description: 'Writes a model with fewer bits a weight; fails where its loss is beyond the limits.',
    version: 1,
    parameters,
    inputs: {
      model: ['model'],
      data: ['dataset'],
      after: ['dataset', 'model', 'report', 'file', 'folder', 'value'],
    },
    outputs: { model: 'model', report: 'report' },
    goesOnElsewhere: () => true,
    async cacheKey(work) {
      const { base, check, calibrate } = await quantizations.basis(work.caller.tenant, wantedOf(work))
      return {
        parts: {
          'model in floats': base.digest,
          'examples to compare on': check.sha256,
          ...(calibrate && { 'examples to calibrate on': calibrate.sha256 }),
        },
        standsFor: [
          'inputs.data',
          'inputs.model',
          'with.model',
          'with.check',
          'with.calibrate',
          'with.split',
        ],
        pinned: {
          model: base.name,
          check: check.name,
          calibrate: calibrate?.name ?? null,
        } satisfies z.output<typeof pinned>,
      }
    },
    whyStale: async ({ caller }, left) => await whyModelIsStale(models, caller.tenant, left),
    async run(context) {
      const { tenant } = context.caller
      const principal = principalOf(access, context, 'training:run', 'quantize models')
      const caller = { principal, tenant, requestId: `pipeline-run:${context.runId}` }
      const { model, check, calibrate } = pinned.parse(context.pinned)
      const wanted = { ...wantedOf(context), model, check, calibrate: calibrate ?? undefined }
      const id = context.stableId('quantization')
      try {
        await quantizations.start(caller, wanted, id)
        context.log('system', `Quantization ${id} of ${model} to ${wanted.to}.\n`)
        const row = await poll(async () => {
          const now = await quantizations.find(tenant, id)
          if (!now) throw new Failure('not_found', `The quantization ${id} is gone.`)
          context.progress(now.progress, now.step)
          return ['succeeded', 'failed', 'cancelled'].includes(now.state) ? now : undefined
        }, context.signal)
        const report: Record<string, NewArtifact> = row.report
          ? { report: { type: 'report', value: { quantization: id, base: model, ...row.report } } }
          : {}
        if (row.state !== 'succeeded' || row.result === undefined)
          return {
            kind: 'failed',
            code: row.error?.code ?? `quantization_${row.state}`,
            message: row.error?.message ?? `The quantization ${id} is ${row.state}.`,
            isRetryable: false,
            outputs: report,
          }
        const version = await models.resolve(tenant, row.result)
        return { kind: 'done', outputs: { ...report, model: toModelArtifact(version) } }
      } catch (error) {
        // a server that stops leaves it: the next attempt finds it
        if (context.signal.reason === 'cancelled' || context.signal.reason === 'timeout') {
          const row = await quantizations.find(tenant, id)
          if (row) await quantizations.cancel(caller, row).catch(() => undefined)
        }
        throw error
      }
    },
  }
}
