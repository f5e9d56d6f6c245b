import { z } from 'zod'
import { jobStates, type JobPoint, type TrainingJob } from '../jobs/job.ts'
import { trainerKinds } from '../trainers/trainer.ts'
import { trainingMethods } from '../trainers/contract.ts'

const dataSource = z.object({
  named: z.string().describe('As it was asked for.'),
  kind: z.enum(['file', 'dataset']),
  id: z.string().describe('Of the file, or of the version of the dataset.'),
  dataset: z.string().nullable(),
  version: z.int().nullable(),
  split: z.string().nullable(),
  examples: z.int().nullable().describe('Null until it was looked at.'),
})

export const trainingJobSchema = z
  .object({
    id: z.string(),
    tenant: z.string(),
    model: z.string().describe('What it begins with, as it was asked for.'),
    trainer: z.string(),
    method: z.enum(trainingMethods),
    state: z.enum(jobStates),
    training: dataSource,
    validation: dataSource.nullable(),
    hyperparameters: z.record(z.string(), z.unknown()),
    seed: z.int(),
    step: z.int(),
    steps: z.int().nullable(),
    training_loss: z.number().nullable(),
    validation_loss: z.number().nullable(),
    tokens_seen: z.int(),
    output_model: z.string().describe('The model that gets a version.'),
    fine_tuned_model: z.string().nullable().describe('The version that it has left.'),
    remote_model: z
      .string()
      .nullable()
      .describe('What the provider that has trained it calls it: the `model` of a target.'),
    result_file: z.string().nullable(),
    error: z.object({ code: z.string(), message: z.string(), param: z.string().nullable() }).nullable(),
    metadata: z.record(z.string(), z.string()).nullable(),
    author: z.string(),
    created_at: z.iso.datetime(),
    started_at: z.iso.datetime().nullable(),
    finished_at: z.iso.datetime().nullable(),
    worked_ms: z.int(),
  })
  .meta({ id: 'TrainingJob' })

export const trainingPointSchema = z
  .object({
    kind: z.enum(['step', 'evaluation']),
    step: z.int(),
    loss: z.number(),
    accuracy: z.number().nullable(),
    learning_rate: z.number().nullable(),
  })
  .meta({ id: 'TrainingPoint' })

export const trainingEventSchema = z
  .object({
    id: z.string(),
    level: z.enum(['info', 'warn', 'error']),
    kind: z.enum(['message', 'metrics']),
    message: z.string(),
    at: z.iso.datetime(),
  })
  .meta({ id: 'TrainingEvent' })

export const trainingCheckpointSchema = z
  .object({
    id: z.string(),
    step: z.int(),
    model: z.string().describe('What a job may name to begin with it.'),
    metrics: z.record(z.string(), z.number()),
    at: z.iso.datetime(),
  })
  .meta({ id: 'TrainingCheckpoint' })

export const trainerSchema = z
  .object({
    name: z.string(),
    kind: z.enum(trainerKinds),
    methods: z.array(z.enum(trainingMethods)),
    models: z.array(z.string()).describe('What jobs may name in `model`.'),
    has_adapters: z.boolean(),
    can_continue: z.boolean().describe('Whether it can begin with what one of its jobs has left.'),
    is_elsewhere: z.boolean().describe('Whether the data leave this installation.'),
  })
  .meta({ id: 'Trainer' })

export function toWireJob(job: TrainingJob): z.output<typeof trainingJobSchema> {
  const { data, spec } = job
  return {
    id: job.id,
    tenant: job.tenant,
    model: job.model,
    trainer: job.trainer,
    method: job.method,
    state: job.state,
    training: toWireSource(job.trainingFile, data.train),
    validation: data.validation && toWireSource(job.validationFile ?? '', data.validation),
    hyperparameters: {
      ...spec.hyperparameters,
      adapter: spec.adapter,
      early_stopping: spec.early_stopping,
      distillation: spec.distillation,
      options: spec.options,
    },
    seed: spec.seed,
    step: job.step,
    steps: job.steps ?? null,
    training_loss: job.trainingLoss ?? null,
    validation_loss: job.validationLoss ?? null,
    tokens_seen: job.tokensSeen,
    output_model: job.output.name,
    fine_tuned_model: job.fineTunedModel ?? null,
    remote_model: job.artifact?.remote_model ?? null,
    result_file: job.resultFile ?? null,
    error: job.error ? { ...job.error, param: job.error.param ?? null } : null,
    metadata: job.metadata ?? null,
    author: job.author,
    created_at: job.createdAt.toISOString(),
    started_at: job.startedAt?.toISOString() ?? null,
    finished_at: job.finishedAt?.toISOString() ?? null,
    worked_ms: job.workedMs,
  }
}

function toWireSource(
  named: string,
  { source, found }: TrainingJob['data']['train'],
): z.output<typeof dataSource> {
  const examples = found?.examples ?? null
  return source.kind === 'file'
    ? { named, kind: 'file', id: source.id, dataset: null, version: null, split: null, examples }
    : {
        named,
        kind: 'dataset',
        id: source.versionId,
        dataset: source.name,
        version: source.versionNumber,
        split: source.split,
        examples,
      }
}

export function toWirePoint(point: JobPoint): z.output<typeof trainingPointSchema> {
  return {
    kind: point.kind,
    step: point.step,
    loss: point.loss,
    accuracy: point.accuracy ?? null,
    learning_rate: point.learningRate ?? null,
  }
}
