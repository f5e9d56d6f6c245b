import { z } from 'zod'
import { Failure } from '../../foundation/platform/index.ts'
import type { Packaging } from '../../improve/packaging/index.ts'
import type { StageKind, StageWork } from '../../improve/pipelines/index.ts'
import type { ModelRegistry, ModelVersion, RegistryCaller } from '../../improve/registry/index.ts'
import { modelOf, toModelArtifact, whyModelIsStale } from './model-artifact.ts'
import { type AskAccess, principalOf } from './principal-of.ts'

const parameters = z.strictObject({
  model: z
    .string()
    .min(1)
    .max(300)
    .optional()
    .describe('The version: `support@3`, `support@candidate`, `support`; or the input `model`.'),
  sign: z.boolean().default(true).describe('Signs it, which needs the permission `model:sign`.'),
  push: z
    .strictObject({
      registry: z
        .string()
        .min(1)
        .max(63)
        .describe('As the configuration names it under `packaging: registries`.'),
      repository: z.string().min(1).max(255).optional().describe('The name of the model by default.'),
      tag: z.string().min(1).max(128).optional().describe('The number of the version by default.'),
    })
    .optional()
    .describe('Sends it to another registry, which needs the permission `model:push`.'),
})
type Parameters = z.output<typeof parameters>

const reportValue = z.looseObject({ evaluation: z.uuid() })

/** Writes card and bill of materials of a version, signs it, and sends it to another registry. */
export function createPackageStage(parts: {
  readonly packaging: Packaging
  readonly models: ModelRegistry
  readonly access: AskAccess
}): StageKind<Parameters> {
  const { packaging, models, access } = parts

  async function find({ caller, parameters: given, inputs }: StageWork<Parameters>): Promise<ModelVersion> {
    const reference = modelOf(inputs, 'model') ?? given.model
    if (reference === undefined)
      throw new Failure('invalid_request', 'Name a version: `with: { model: … }`, or the input `model`.')
    return await models.resolve(caller.tenant, reference)
  }

  return {
    name: 'package',
    description:
      'Writes card and bill of materials of a version, signs it, and sends it to another registry.',
    version: 1,
    parameters,
    inputs: {
      model: ['model'],
      report: ['report'],
      after: ['dataset', 'model', 'report', 'file', 'folder', 'value'],
    },
    outputs: { model: 'model', report: 'report' },
    async cacheKey(work) {
      const version = await find(work)
      return {
        parts: { 'version of the model': `${version.model}@${version.number}` },
        standsFor: ['with.model'],
      }
    },
    async whyStale(work, left) {
      const gone = await whyModelIsStale(models, work.caller.tenant, left)
      if (gone !== undefined) return gone
      const { card, bom, signature } = await packaging.verify(await find(work))
      const bad = [card, bom, ...(work.parameters.sign ? [signature] : [])].find(
        ({ state }) => state !== 'verified',
      )
      return bad && `What it had attached does not hold any more: ${bad.reason}`
    },
    async run(context) {
      const { parameters: given } = context
      principalOf(access, context, 'model:write', 'change models')
      if (given.sign) principalOf(access, context, 'model:sign', 'sign models')
      if (given.push) principalOf(access, context, 'model:push', 'push models')
      const version = await find(context)
      const caller: RegistryCaller = { ...context.caller, requestId: `pipeline-run:${context.runId}` }
      const report = context.inputs['report']
      const evaluation =
        report && !('each' in report) ? reportValue.safeParse(report.value).data?.evaluation : undefined
      context.progress(0, 'writes card and bill of materials')
      const card = await packaging.writeCard(caller, version, evaluation === undefined ? [] : [evaluation])
      const bom = await packaging.writeBom(caller, version)
      const signature = given.sign ? await packaging.sign(caller, version) : undefined
      const pushed =
        given.push &&
        (await packaging.push(caller, version, {
          registry: given.push.registry,
          repository: given.push.repository,
          reference: given.push.tag,
          signal: context.signal,
          onProgress: (done, total) => context.progress(done / Math.max(1, total), 'sends it'),
        }))
      return {
        kind: 'done',
        outputs: {
          model: toModelArtifact(version),
          report: {
            type: 'report',
            value: {
              model: `${version.model}@${version.number}`,
              card: card.sha256,
              bom: bom.sha256,
              signature: signature?.sha256 ?? null,
              pushed: pushed?.reference ?? null,
              manifest: pushed?.digest ?? null,
            },
          },
        },
      }
    },
  }
}
