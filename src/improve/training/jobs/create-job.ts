import { randomInt } from 'node:crypto'
import { Failure } from '../../../foundation/platform/index.ts'
import { actorOf, type Principal } from '../../../govern/access/index.ts'
import type { CreateJob } from '../api/job-request.ts'
import type { TrainerSpec, TrainingMethod } from '../trainers/contract.ts'
import { trainerFiles } from '../trainers/contract.ts'
import { findSource } from './find-source.ts'
import { createJobId } from './job.ts'
import type { TrainingContext } from './job-context.ts'
import { insertJob, type NewJob } from './job-store.ts'
import { insertEvents } from './progress-store.ts'
import { resolveModel, type ResolvedBase } from './resolve-model.ts'

/** Who does something. */
export interface TrainingCaller {
  readonly principal: Principal
  readonly tenant: string
  readonly requestId: string
}

/**
 * Makes a job of what is wanted, with all that it is about pinned; under an id that is given, once. Throws a `Failure` that names the
 * parameter at fault.
 */
export async function createJob(
  context: TrainingContext,
  caller: TrainingCaller,
  wanted: CreateJob,
  id: string = createJobId(),
): Promise<string> {
  const { tenant, principal, requestId } = caller
  const method = methodOf(wanted)
  const base = await resolveModel(context, tenant, wanted.model, wanted.slipway?.trainer)
  checkAbility(base, method, wanted)
  const refusal = base.trainer.isElsewhere ? context.whyDataStay(tenant) : undefined
  if (refusal !== undefined)
    throw new Failure('forbidden', refusal, { details: { parameter: 'training_file' } })
  const train = await findSource(context, tenant, wanted.training_file, 'training_file')
  const validation =
    wanted.validation_file === undefined || wanted.validation_file === null
      ? null
      : await findSource(context, tenant, wanted.validation_file, 'validation_file')
  const spec = specOf(id, wanted, method, base, validation !== null)
  const problem = base.trainer.check?.(spec)
  if (problem) throw invalid(problem.param, problem.message)
  if (spec.early_stopping && validation === null)
    throw invalid('slipway.early_stopping', 'Stopping early needs a `validation_file`.')
  const job: NewJob = {
    id,
    tenant,
    model: wanted.model,
    trainer: base.trainer.name,
    method,
    trainingFile: wanted.training_file,
    validationFile: wanted.validation_file ?? undefined,
    data: { train: { source: train }, validation: validation && { source: validation } },
    spec,
    output: { name: outputName(wanted, base), suffix: wanted.suffix ?? null },
    metadata: wanted.metadata ?? undefined,
    author: principal.keyName,
    keyId: principal.keyId,
    createdAt: new Date(),
  }
  for (const source of [train, validation])
    if (source?.kind === 'dataset')
      await context.datasets.pin({
        tenant,
        versionId: source.versionId,
        kind: 'training',
        subject: id,
        why: `The model of the training job ${id} learned from it.`,
      })
  await context.database.transaction(async transaction => {
    if (!(await insertJob(transaction, job))) return
    await insertEvents(transaction, id, [{ toldAs: 'created', message: `Created fine-tuning job: ${id}` }])
    await context.audit.record(
      {
        actor: actorOf(principal),
        requestId,
        action: 'training:create',
        subject: `training-job:${id}`,
        tenant,
        after: {
          model: wanted.model,
          trainer: job.trainer,
          method,
          trainingFile: wanted.training_file,
          validationFile: wanted.validation_file ?? null,
          leavesTheInstallation: base.trainer.isElsewhere,
        },
      },
      transaction,
    )
  })
  return id
}

export function methodOf(wanted: Pick<CreateJob, 'method' | 'slipway'>): TrainingMethod {
  return wanted.slipway?.distillation ? 'distillation' : (wanted.method?.type ?? 'supervised')
}

function checkAbility({ trainer }: ResolvedBase, method: TrainingMethod, wanted: CreateJob): void {
  if (wanted.method?.type === 'dpo' && wanted.slipway?.distillation)
    throw invalid('slipway.distillation', 'A job either distils or learns preferences (dpo).')
  if (!trainer.methods.includes(method))
    throw new Failure(
      'unsupported_parameter',
      `The trainer \`${trainer.name}\` knows ${trainer.methods.join(' and ')} and no ${method}.`,
      { details: { parameter: method === 'distillation' ? 'slipway.distillation' : 'method.type' } },
    )
  if (wanted.slipway?.adapter && !trainer.hasAdapters)
    throw new Failure('unsupported_parameter', `The trainer \`${trainer.name}\` trains no adapters.`, {
      details: { parameter: 'slipway.adapter' },
    })
}

function specOf(
  id: string,
  wanted: CreateJob,
  method: TrainingMethod,
  base: ResolvedBase,
  hasValidation: boolean,
): TrainerSpec {
  const preference = wanted.method?.type === 'dpo' ? wanted.method.dpo?.hyperparameters : undefined
  const supervised =
    wanted.method?.type === 'supervised' ? wanted.method.supervised?.hyperparameters : undefined
  const given = preference ?? supervised ?? wanted.hyperparameters
  const own = wanted.slipway
  return {
    contract: 1,
    job: id,
    method,
    base: { name: base.name, path: base.path },
    data: {
      format: method === 'dpo' ? 'preference' : 'chat',
      train: trainerFiles.train,
      validation: hasValidation ? trainerFiles.validation : null,
      train_examples: 0,
      validation_examples: 0,
    },
    hyperparameters: {
      epochs: numberOf(given?.n_epochs) ?? null,
      steps: own?.steps ?? null,
      batch_size: numberOf(given?.batch_size) ?? null,
      learning_rate: own?.learning_rate ?? null,
      learning_rate_multiplier: numberOf(given?.learning_rate_multiplier) ?? 1,
      beta: numberOf(preference?.beta) ?? null,
    },
    adapter: own?.adapter ?? null,
    distillation: own?.distillation ?? null,
    early_stopping: own?.early_stopping ?? null,
    seed: wanted.seed ?? randomInt(2_147_483_647),
    checkpoint_every_steps: own?.checkpoint_every_steps ?? null,
    evaluate_every_steps: own?.evaluate_every_steps ?? null,
    options: own?.options ?? {},
  }
}

function numberOf(value: number | 'auto' | null | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined
}

/** Of the model that gets a version: what was asked for, or the base with the suffix. */
function outputName(wanted: CreateJob, base: ResolvedBase): string {
  if (wanted.slipway?.output_model !== undefined) return wanted.slipway.output_model
  const from = base.name.startsWith('ftjob-')
    ? 'model'
    : (base.name.split('@')[0]?.split('/').at(-1) ?? 'model')
  return `${from}-${wanted.suffix ?? 'ft'}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
    .slice(0, 63)
}

function invalid(parameter: string, message: string): Failure {
  return new Failure('invalid_request', message, { details: { parameter } })
}
