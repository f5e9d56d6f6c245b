import { z } from 'zod'
import { Failure } from '../../foundation/platform/index.ts'
import type { StageContext, StageKind, StageResult, StageWork } from '../../improve/pipelines/index.ts'
import type { ModelRegistry } from '../../improve/registry/index.ts'
import { createJobSchema, type Trainings } from '../../improve/training/index.ts'
import { datasetFile, referenceOf } from './dataset-stages.ts'
import { modelOf, toModelArtifact, whyModelIsStale } from './model-artifact.ts'
import { poll } from './poll.ts'
import { type AskAccess, principalOf } from './principal-of.ts'

const split = z
  .string()
  .max(50)
  .optional()
  .describe('Of the version that the input names; all of it by default.')

const parameters = createJobSchema.omit({ suffix: true, metadata: true, integrations: true }).extend({
  model: createJobSchema.shape.model.optional().describe('What to begin with; or the input `model`.'),
  training_file: createJobSchema.shape.training_file.optional().describe('Or the input `data`.'),
  split,
  validation_split: split.describe('Of the input `validation`, else of `data`, to measure on.'),
  // the same stage again is the same job
  seed: z.int().min(0).max(2_147_483_647).default(1),
})
type Parameters = z.output<typeof parameters>

const pinned = z.object({ model: z.string(), train: z.string(), validation: z.string().nullable() })

interface TrainingParts {
  readonly trainings: Trainings
  readonly models: Pick<ModelRegistry, 'resolve'>
  readonly access: AskAccess
}

/** Has a model trained, by whichever trainer knows it; the job goes on whatever becomes of the run's server. */
export function createTrainingStage({ trainings, models, access }: TrainingParts): StageKind<Parameters> {
  function wantedOf({ parameters: given, inputs, pipeline, runId, stage }: StageWork<Parameters>) {
    const { split: trainSplit, validation_split: validationSplit, ...body } = given
    const data = referenceOf(inputs, 'data')
    const measured = referenceOf(inputs, 'validation') ?? (validationSplit === undefined ? undefined : data)
    const model = modelOf(inputs, 'model') ?? body.model
    const train = data === undefined ? body.training_file : datasetFile(data, trainSplit)
    if (model === undefined)
      throw new Failure(
        'invalid_request',
        'Name what to begin with: `with: { model: … }`, or the input `model`.',
      )
    if (train === undefined)
      throw new Failure('invalid_request', 'Name data: the input `data`, or `with: { training_file: … }`.')
    return createJobSchema.parse({
      ...body,
      model,
      training_file: train,
      validation_file: measured === undefined ? body.validation_file : datasetFile(measured, validationSplit),
      metadata: { pipeline: pipeline.slice(0, 512), pipeline_run: runId, stage: stage.slice(0, 512) },
    })
  }

  return {
    name: 'training',
    description: 'Trains a model; leaves a version of a model of the registry.',
    version: 1,
    parameters,
    inputs: {
      data: ['dataset'],
      validation: ['dataset'],
      model: ['model'],
      after: ['dataset', 'model', 'report', 'file', 'folder', 'value'],
    },
    outputs: { model: 'model', report: 'report' },
    goesOnElsewhere: () => true,
    async cacheKey(work) {
      const { trainer, base, train, validation } = await trainings.basis(work.caller.tenant, wantedOf(work))
      return {
        parts: {
          trainer,
          'model to begin with': base.digest,
          'examples to learn': train.sha256,
          ...(validation && { 'examples to measure on': validation.sha256 }),
        },
        standsFor: [
          'inputs.data',
          'inputs.validation',
          'inputs.model',
          'with.model',
          'with.training_file',
          'with.validation_file',
          'with.split',
          'with.validation_split',
        ],
        pinned: {
          model: base.name,
          train: train.name,
          validation: validation?.name ?? null,
        } satisfies z.output<typeof pinned>,
      }
    },
    whyStale: async ({ caller }, left) => await whyModelIsStale(models, caller.tenant, left),
    async run(context) {
      const { tenant } = context.caller
      const principal = principalOf(access, context, 'training:run', 'train models')
      const caller = { principal, tenant, requestId: `pipeline-run:${context.runId}` }
      const { model, train, validation } = pinned.parse(context.pinned)
      const wanted = { ...wantedOf(context), model, training_file: train, validation_file: validation }
      const id = `ftjob-${context.stableId('training').replaceAll('-', '')}`
      const follow = createFollower(trainings, id, context)
      try {
        const started = await trainings.start(caller, wanted, id)
        context.log('system', `Training job ${id} of ${started.trainer}, from ${started.spec.base.name}.\n`)
        const job = await poll(async () => {
          const now = await trainings.find(tenant, id)
          if (!now) throw new Failure('not_found', `The training job ${id} is gone.`)
          await follow()
          const words = now.state === 'running' ? `step ${now.step} of ${now.steps ?? '?'}` : now.state
          context.progress(now.steps === undefined ? 0 : now.step / now.steps, words)
          return ['succeeded', 'failed', 'cancelled'].includes(now.state) ? now : undefined
        }, context.signal)
        if (job.state !== 'succeeded' || job.fineTunedModel === undefined)
          return {
            kind: 'failed',
            code: job.error?.code ?? `training_${job.state}`,
            message: `The training job ${id} is ${job.state}${job.error ? `: ${job.error.message}` : '.'}`,
            isRetryable: false,
          } satisfies StageResult
        const version = await models.resolve(tenant, job.fineTunedModel)
        return {
          kind: 'done',
          outputs: {
            model: toModelArtifact(version),
            report: {
              type: 'report',
              value: {
                training_job: id,
                trainer: job.trainer,
                base: job.spec.base.name,
                training_data: train,
                validation_data: validation,
                steps: job.step,
                trained_tokens: job.tokensSeen,
                training_loss: job.trainingLoss ?? null,
                validation_loss: job.validationLoss ?? null,
              },
            },
          },
        } satisfies StageResult
      } catch (error) {
        // a server that stops leaves it: the next attempt finds it
        if (context.signal.reason === 'cancelled' || context.signal.reason === 'timeout') {
          const job = await trainings.find(tenant, id)
          if (job) await trainings.cancel(caller, job).catch(() => undefined)
        }
        throw error
      }
    },
  }
}

/** Brings what is new of a job's curves, events and output into the run. */
function createFollower(
  trainings: Pick<Trainings, 'points' | 'events' | 'readLog'>,
  id: string,
  context: Pick<StageContext<unknown>, 'log' | 'metric'>,
): () => Promise<void> {
  const told = new Set<string>()
  const decoder = new TextDecoder()
  let [written, read] = [0, 0]
  return async () => {
    for (const point of await trainings.points(id, written)) {
      written = Math.max(written, point.written)
      const name = point.kind === 'step' ? 'loss' : 'validation_loss'
      context.metric(name, point.step, point.loss)
      if (point.learningRate !== undefined) context.metric('learning_rate', point.step, point.learningRate)
    }
    for (const event of (await trainings.events(id, 200)).toReversed()) {
      if (told.has(event.id) || event.kind === 'metrics') continue
      told.add(event.id)
      context.log('system', `${event.message}\n`)
    }
    const piece = await trainings.readLog(id, read)
    read += piece.byteLength
    if (piece.byteLength > 0) context.log('out', decoder.decode(piece, { stream: true }))
  }
}
