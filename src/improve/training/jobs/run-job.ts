import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { systemActor } from '../../../govern/audit/index.ts'
import type { ModelLineage } from '../ports.ts'
import { trainerFiles, type TrainerSpec } from '../trainers/contract.ts'
import type { Trainer, TrainerEnd } from '../trainers/trainer.ts'
import { DataFault, gatherData } from './gather-data.ts'
import type { DataSource, JobError, TrainingJob } from './job.ts'
import type { JobHold, TrainingContext } from './job-context.ts'
import { isThere, putFile } from './job-folder.ts'
import { changeJob, findJob } from './job-store.ts'
import { dropPointsPast, insertEvents, listPoints, type NewEvent } from './progress-store.ts'
import { registeredPrefix } from './resolve-model.ts'
import { watchJob } from './watch-job.ts'
import { writeResultFile } from './write-result-file.ts'

/** Looks at the files of a new job. */
export async function validateJob(job: TrainingJob, hold: JobHold, context: TrainingContext): Promise<void> {
  const files = [job.trainingFile, job.validationFile].filter(file => file !== undefined)
  await tell(job, hold, context, {
    toldAs: 'validating',
    message: `Validating training file: ${files.join(' and validation file: ')}`,
  })
  const data = await gatherOrFail(job, hold, context)
  if (data === undefined) return
  await context.database.transaction(async transaction => {
    await changeJob(transaction, job.id, hold.owner, { state: 'queued', data })
    await insertEvents(transaction, job.id, [
      { toldAs: 'queued', message: 'Files validated, moving job to queued state' },
    ])
  })
}

/** Has a job's trainer work on it, from where it was; what comes of it is written once. */
export async function trainJob(job: TrainingJob, hold: JobHold, context: TrainingContext): Promise<void> {
  const trainer = context.trainers().get(job.trainer)
  if (!trainer)
    return await fail(job, hold, context, {
      code: 'trainer_not_found',
      message: `The configuration has no trainer \`${job.trainer}\` any more.`,
      param: 'model',
    })
  const refusal = trainer.isElsewhere ? context.whyDataStay(job.tenant) : undefined
  if (refusal !== undefined)
    return await fail(job, hold, context, {
      code: 'data_stay_here',
      message: refusal,
      param: 'training_file',
    })
  const data = await gatherOrFail(job, hold, context)
  if (data === undefined) return
  const spec = await layOutBase(job, context)
  const liesElsewhere =
    trainer.modelsAreElsewhere === true && [...trainer.models.values()].includes(spec.base.path)
  if (
    spec.base.path !== null &&
    !liesElsewhere &&
    path.isAbsolute(spec.base.path) &&
    !(await isThere(spec.base.path))
  )
    return await fail(job, hold, context, {
      code: 'model_not_found',
      message: `What the job begins with, ${spec.base.name}, does not lie on this machine.`,
      param: 'model',
    })
  const folder = context.folders.of(job.id)
  const whole: TrainerSpec = {
    ...spec,
    data: {
      ...spec.data,
      train_examples: data.train.found?.examples ?? 0,
      validation_examples: data.validation?.found?.examples ?? 0,
    },
  }
  await putFile(path.join(folder, trainerFiles.spec), `${JSON.stringify(whole, null, 2)}\n`)
  const isFirst = job.state === 'queued' && job.startedAt === undefined
  await context.database.transaction(async transaction => {
    await changeJob(transaction, job.id, hold.owner, { state: 'running', startedAt: new Date() })
    await insertEvents(transaction, job.id, [
      isFirst
        ? { toldAs: 'started', message: 'Fine-tuning job started' }
        : { toldAs: `taken-up-${hold.owner}`, message: 'Fine-tuning job goes on from its last checkpoint' },
    ])
  })
  hold.started()
  const end = await trainer.run(
    {
      job: job.id,
      tenant: job.tenant,
      spec: whole,
      suffix: job.output.suffix ?? job.output.name,
      folder,
      handle: job.handle,
    },
    watchJob(job, hold, context),
  )
  context.metrics.tried(trainer.name, end.kind)
  await conclude(job, end, trainer, hold, context)
}

/** Puts a model of the registry where the trainer can read it. */
async function layOutBase({ spec, tenant, id }: TrainingJob, context: TrainingContext): Promise<TrainerSpec> {
  const { path: place } = spec.base
  if (place?.startsWith(registeredPrefix) !== true) return spec
  const folder = path.join(context.folders.of(id), 'base')
  if (!(await isThere(folder))) await context.models.lay(tenant, place.slice(registeredPrefix.length), folder)
  const files = await readdir(folder)
  const [single] = files.filter(name => name.endsWith('.gguf'))
  return { ...spec, base: { ...spec.base, path: single === undefined ? folder : path.join(folder, single) } }
}

async function conclude(
  job: TrainingJob,
  end: TrainerEnd,
  trainer: Trainer,
  hold: JobHold,
  context: TrainingContext,
): Promise<void> {
  switch (end.kind) {
    case 'stopped':
      return
    case 'failed':
      return await fail(job, hold, context, { code: end.code, message: end.message, param: end.param })
    case 'again':
      return await tryAgain(job, end.message, hold, context)
    case 'done':
      return await succeed(job, end, hold, context)
  }
}

/** Gives a job another try after a while; it fails where several have brought no new checkpoint. */
export async function tryAgain(
  job: TrainingJob,
  why: string,
  hold: JobHold,
  context: TrainingContext,
): Promise<void> {
  const { fruitless } = (await findJob(context.database, undefined, job.id)) ?? job
  const tries = fruitless + 1
  if (tries >= (context.trainers().get(job.trainer)?.attempts ?? 3))
    return await fail(job, hold, context, {
      code: 'trainer_failed',
      message: `${why} It was tried ${tries} times without a new checkpoint.`,
      param: undefined,
    })
  const waitMs = Math.min(60_000, 1_000 * 2 ** fruitless)
  await context.database.transaction(async transaction => {
    await changeJob(transaction, job.id, hold.owner, {
      fruitless: tries,
      nextTryAt: new Date(Date.now() + waitMs),
    })
    await insertEvents(transaction, job.id, [
      { toldAs: `again-${hold.owner}`, level: 'warn', message: `${why} It is tried again.` },
    ])
  })
}

async function succeed(
  job: TrainingJob,
  { artifact, files }: Extract<TrainerEnd, { kind: 'done' }>,
  hold: JobHold,
  context: TrainingContext,
): Promise<void> {
  const { database } = context
  if (artifact.step !== undefined && artifact.stopped_early !== true)
    await dropPointsPast(database, job.id, artifact.step)
  const points = await listPoints(database, job.id)
  const lastStep = points.findLast(point => point.kind === 'step')
  const lastEvaluation = points.findLast(
    point => point.kind === 'evaluation' && (artifact.step === undefined || point.step <= artifact.step),
  )
  const tokens = artifact.trained_tokens ?? lastStep?.tokensSeen ?? 0
  const fineTunedModel = await context.publishModel({
    tenant: job.tenant,
    name: job.output.name,
    folder: files,
    artifact,
    lineage: lineageOf(job),
    metrics: {
      ...(lastStep && { training_loss: lastStep.loss }),
      ...(lastEvaluation && { validation_loss: lastEvaluation.loss }),
      ...(lastEvaluation?.accuracy !== undefined && { validation_accuracy: lastEvaluation.accuracy }),
      trained_tokens: tokens,
    },
    author: job.author,
    keyId: job.keyId,
  })
  const resultFile = `file-${createHash('sha256').update(`result ${job.id}`).digest('hex').slice(0, 32)}`
  await context.files.keep({
    id: resultFile,
    tenant: job.tenant,
    filename: `step_metrics_${job.id}.csv`,
    content: writeResultFile(points),
  })
  await database.transaction(async transaction => {
    await changeJob(transaction, job.id, hold.owner, {
      state: 'succeeded',
      artifact,
      tokensSeen: tokens,
      fineTunedModel,
      resultFile,
      finishedAt: new Date(),
    })
    await insertEvents(transaction, job.id, [
      {
        toldAs: 'model',
        message: `New fine-tuned model created: ${artifact.remote_model ?? fineTunedModel}`,
      },
    ])
    await insertEvents(transaction, job.id, [
      { toldAs: 'ended', message: 'The job has successfully completed' },
    ])
    await context.audit.record(
      {
        actor: systemActor('training'),
        action: 'training:succeed',
        subject: `training-job:${job.id}`,
        tenant: job.tenant,
        after: { model: fineTunedModel, trainer: job.trainer, format: artifact.format },
      },
      transaction,
    )
  })
  await letGoOfData(context, job)
  context.metrics.ended(job.trainer, 'succeeded')
  context.metrics.tokens(job.trainer, tokens)
}

async function fail(
  job: TrainingJob,
  hold: JobHold,
  context: TrainingContext,
  error: JobError,
): Promise<void> {
  await context.database.transaction(async transaction => {
    await changeJob(transaction, job.id, hold.owner, { state: 'failed', error, finishedAt: new Date() })
    await insertEvents(transaction, job.id, [{ toldAs: 'ended', level: 'error', message: error.message }])
    await context.audit.record(
      {
        actor: systemActor('training'),
        action: 'training:fail',
        subject: `training-job:${job.id}`,
        tenant: job.tenant,
        after: { code: error.code },
      },
      transaction,
    )
  })
  await letGoOfData(context, job)
  context.metrics.ended(job.trainer, 'failed')
}

/** The data of a job, laid out; `undefined` where they cannot be used, and the job has failed. */
async function gatherOrFail(
  job: TrainingJob,
  hold: JobHold,
  context: TrainingContext,
): Promise<TrainingJob['data'] | undefined> {
  try {
    return await gatherData(job, context, AbortSignal.any([hold.stop, hold.lost]))
  } catch (error) {
    if (!(error instanceof DataFault)) throw error
    const code = error.param === 'training_file' ? 'invalid_training_file' : 'invalid_validation_file'
    await fail(job, hold, context, { code, message: error.message, param: error.param })
    return undefined
  }
}

async function tell(
  job: TrainingJob,
  hold: JobHold,
  { database }: TrainingContext,
  event: NewEvent,
): Promise<void> {
  await database.transaction(async transaction => {
    await changeJob(transaction, job.id, hold.owner, {})
    await insertEvents(transaction, job.id, [event])
  })
}

/** The model holds the versions that it comes from; a job that has left none needs them no more. */
export async function letGoOfData(
  { datasets }: Pick<TrainingContext, 'datasets'>,
  { id, tenant, data }: Pick<TrainingJob, 'id' | 'tenant' | 'data'>,
): Promise<void> {
  for (const source of [data.train.source, data.validation?.source])
    if (source?.kind === 'dataset')
      await datasets.unpin({ tenant, versionId: source.versionId, kind: 'training', subject: id })
}

export function lineageOf(job: TrainingJob): ModelLineage {
  const { spec, data } = job
  const sources: [ModelLineage['datasets'][number]['role'], DataSource | undefined][] = [
    ['training', data.train.source],
    ['validation', data.validation?.source],
  ]
  return {
    job: job.id,
    trainer: job.trainer,
    method: job.method,
    base: spec.base.name,
    baseModel: spec.base.path?.startsWith(registeredPrefix) ? spec.base.name : undefined,
    datasets: sources.flatMap(([role, source]) =>
      source?.kind === 'dataset'
        ? [
            {
              role,
              name: source.name,
              versionId: source.versionId,
              versionNumber: source.versionNumber,
              split: source.split,
            },
          ]
        : [],
    ),
    files: sources.flatMap(([, source]) => (source?.kind === 'file' ? [source.id] : [])),
    seed: spec.seed,
    hyperparameters: {
      ...spec.hyperparameters,
      adapter: spec.adapter,
      early_stopping: spec.early_stopping,
      ...(spec.distillation && { distillation: spec.distillation }),
      options: spec.options,
    },
  }
}
