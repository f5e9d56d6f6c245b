import { z } from 'zod'
import { Failure } from '../../foundation/platform/index.ts'
import type { StageInputs, StageKind, StageWork } from '../../improve/pipelines/index.ts'
import type { Evidence, ModelRegistry, ModelVersion } from '../../improve/registry/index.ts'
import type { Following } from '../served-models.ts'
import { modelOf, toModelArtifact } from './model-artifact.ts'
import { poll } from './poll.ts'
import { type AskAccess, principalOf } from './principal-of.ts'

const parameters = z.strictObject({
  model: z
    .string()
    .min(1)
    .max(300)
    .optional()
    .describe('The version: `NAME@NUMBER`, `NAME@ALIAS`; or the input `model`.'),
  alias: z.string().min(1).max(100).describe('The alias that is moved to it, under its rules.'),
  reason: z.string().max(2_000).optional().describe('Stays with the move; which run it was by default.'),
  waitSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .default(600)
    .describe('How long engines that follow the alias may take to serve the version; 0 does not look.'),
  unserved: z
    .enum(['fail', 'report'])
    .default('fail')
    .describe('What it means that one does not serve it by then.'),
})
type Parameters = z.output<typeof parameters>

/** What the alias was at when the stage was first looked at: where going back leads to. */
const pinned = z.object({ version: z.int(), previous: z.int().nullable() })

const evidenceInputs = ['evaluation', 'quantization', 'check', 'package'] as const
/** Members of reports that name what was measured, and what the registry calls such evidence. */
const namedIn = { evaluation: 'evaluation', quantization: 'quantization', report: 'dataset-report' } as const

/** Moves an alias of a model, with what the run has found as evidence, and waits until who follows it serves the version. */
export function createDeployStage(parts: {
  readonly models: Pick<ModelRegistry, 'resolve' | 'get' | 'listAliases' | 'moveAlias'>
  /** The engines that follow an alias, on all servers as far as they have said it. */
  readonly following: (tenant: string, model: string, alias: string) => Promise<readonly Following[]>
  readonly access: AskAccess
}): StageKind<Parameters> {
  const { models, following, access } = parts

  async function versionOf({
    caller,
    parameters: given,
    inputs,
  }: StageWork<Parameters>): Promise<ModelVersion> {
    const reference = modelOf(inputs, 'model') ?? given.model
    if (reference === undefined)
      throw new Failure('invalid_request', 'Name a model: the input `model`, or `with: { model: … }`.')
    return await models.resolve(caller.tenant, reference)
  }

  async function placeOf(
    tenant: string,
    { model }: ModelVersion,
    alias: string,
  ): Promise<number | undefined> {
    const aliases = await models.listAliases(await models.get(tenant, model))
    return aliases.find(({ name }) => name === alias)?.number
  }

  return {
    name: 'deploy',
    description:
      'Moves an alias of a model under its rules, and waits until engines that follow it serve the version.',
    version: 1,
    parameters,
    inputs: {
      model: ['model'],
      evaluation: ['report'],
      quantization: ['report'],
      check: ['report'],
      package: ['report', 'value'],
      after: ['dataset', 'model', 'report', 'file', 'folder', 'value'],
    },
    outputs: { model: 'model', deployment: 'report' },
    goesOnElsewhere: () => true,
    async cacheKey(work) {
      const version = await versionOf(work)
      const { alias } = work.parameters
      return {
        parts: { version: `${version.model}@${version.number} ${version.digest}` },
        pinned: {
          version: version.number,
          previous: (await placeOf(work.caller.tenant, version, alias)) ?? null,
        } satisfies z.output<typeof pinned>,
      }
    },
    async whyStale(work) {
      const version = await versionOf(work)
      const { alias } = work.parameters
      const { tenant } = work.caller
      const at = await placeOf(tenant, version, alias)
      if (at !== version.number)
        return `\`${alias}\` is ${at === undefined ? 'not there' : `at version ${at}`} now.`
      const late = (await following(tenant, version.model, alias)).find(one => !serves(one, version))
      return late && `the engine \`${late.engine}\` does not serve it now.`
    },
    async run(context) {
      const { alias, reason, waitSeconds, unserved } = context.parameters
      const { tenant, author, keyId } = context.caller
      principalOf(access, context, 'model:write', 'move aliases of models')
      const { version: number, previous } = pinned.parse(context.pinned)
      const version = await models.resolve(tenant, `${(await versionOf(context)).model}@${number}`)
      const evidence = [...evidenceOf(context.inputs), { kind: 'pipeline-run', id: context.runId }]
      // an attempt that was cut off may have moved it
      if ((await placeOf(tenant, version, alias)) !== number)
        await models.moveAlias({
          caller: { tenant, author, keyId, requestId: `pipeline-run:${context.runId}` },
          model: version.model,
          alias,
          number,
          expected: previous,
          reason: reason ?? `Pipeline ${context.pipeline}, run ${context.runId}`,
          evidence,
        })
      context.log('system', `\`${alias}\` of ${version.model} is at version ${number}.\n`)
      const until = Date.now() + waitSeconds * 1_000
      const found = await poll(async () => {
        const all = await following(tenant, version.model, alias)
        const late = all.filter(one => !serves(one, version))
        context.progress(all.length === 0 ? 1 : 1 - late.length / all.length, sayLate(late))
        return late.length === 0 || Date.now() >= until ? { all, late } : undefined
      }, context.signal)
      const outputs = {
        model: toModelArtifact(version),
        deployment: {
          type: 'report',
          value: {
            model: version.model,
            alias,
            version: number,
            digest: version.digest,
            previous,
            go_back: goBack(version, alias, previous),
            engines: found.all.map(one => ({ ...one, serves: serves(one, version) })),
            evidence,
          },
        },
      } as const
      if (found.late.length === 0 || waitSeconds === 0 || unserved === 'report')
        return { kind: 'done', outputs }
      return {
        kind: 'failed',
        code: 'not_served',
        message: `\`${alias}\` of ${version.model} is at version ${number}, and after ${waitSeconds} s ${sayLate(found.late)}. To go back: ${goBack(version, alias, previous)}`,
        isRetryable: false,
        outputs,
      }
    },
  }
}

const serves = (one: Following, { number }: ModelVersion): boolean =>
  one.version === number && one.state === 'ready'

function sayLate(late: readonly Following[]): string {
  if (late.length === 0) return ''
  return `${late
    .slice(0, 3)
    .map(({ engine, server, version, state, why }) => {
      const has = version === undefined ? 'no version' : `version ${version}`
      return `the engine \`${engine}\` of ${server} has ${has} and is ${state}${why === undefined ? '' : ` (${why})`}`
    })
    .join('; ')}${late.length > 3 ? `; and ${late.length - 3} more` : ''}`
}

/** The one step that leads back. */
function goBack({ model, number }: ModelVersion, alias: string, previous: number | null): string {
  if (previous === null) return `the alias is new: no engine served anything by it before.`
  if (previous === number) return 'the alias was at this version before.'
  return `slipway model alias ${model}@${previous} ${alias} --expected ${number}`
}

function evidenceOf(inputs: StageInputs): Evidence[] {
  return evidenceInputs.flatMap(name => {
    const input = inputs[name]
    if (!input) return []
    const left = 'each' in input ? Object.values(input.each) : [input]
    return left.flatMap(({ value }) =>
      Object.entries(namedIn).flatMap(([member, kind]) => {
        const id = (value as Readonly<Record<string, unknown>> | null)?.[member]
        return typeof id === 'string' ? [{ kind, id }] : []
      }),
    )
  })
}
