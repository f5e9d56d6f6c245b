import type { JobCheckpoint, JobEvent, TrainingJob } from '../jobs/job.ts'
import { endStates } from '../jobs/job.ts'

/** The job as OpenAI's API shows it. */
export function toOpenAiJob(job: TrainingJob) {
  const { spec } = job
  const given = spec.hyperparameters
  const hyperparameters = {
    n_epochs: given.epochs ?? 'auto',
    batch_size: given.batch_size ?? 'auto',
    learning_rate_multiplier: given.learning_rate_multiplier,
  }
  const isEnded = endStates.includes(job.state)
  return {
    object: 'fine_tuning.job',
    id: job.id,
    model: job.model,
    created_at: toSeconds(job.createdAt),
    finished_at: job.finishedAt ? toSeconds(job.finishedAt) : null,
    // what a call names: that of the provider, where one has trained it
    fine_tuned_model: job.artifact?.remote_model ?? job.fineTunedModel ?? null,
    organization_id: job.tenant,
    result_files: job.resultFile === undefined ? [] : [job.resultFile],
    status: job.state,
    training_file: job.trainingFile,
    validation_file: job.validationFile ?? null,
    hyperparameters,
    trained_tokens: isEnded && job.state === 'succeeded' ? job.tokensSeen : null,
    error: job.error
      ? { code: job.error.code, message: job.error.message, param: job.error.param ?? null }
      : null,
    user_provided_suffix: job.output.suffix,
    seed: spec.seed,
    estimated_finish: estimate(job),
    integrations: [],
    metadata: job.metadata ?? null,
    method:
      job.method === 'dpo'
        ? { type: 'dpo', dpo: { hyperparameters: { ...hyperparameters, beta: given.beta ?? 'auto' } } }
        : { type: 'supervised', supervised: { hyperparameters } },
  }
}

function estimate(job: TrainingJob): number | null {
  if (job.state !== 'running' || job.steps === undefined || job.step < 1) return null
  const msPerStep = job.workedMs / job.step
  return toSeconds(new Date(Date.now() + msPerStep * Math.max(0, job.steps - job.step)))
}

export function toOpenAiEvent(event: JobEvent) {
  return {
    object: 'fine_tuning.job.event',
    id: event.id,
    created_at: toSeconds(event.createdAt),
    level: event.level,
    message: event.message,
    data: event.data ?? {},
    type: event.kind,
  }
}

export function toOpenAiCheckpoint(jobId: string, checkpoint: JobCheckpoint) {
  return {
    object: 'fine_tuning.job.checkpoint',
    id: checkpoint.id,
    created_at: toSeconds(checkpoint.createdAt),
    fine_tuned_model_checkpoint: checkpoint.model,
    fine_tuning_job_id: jobId,
    metrics: checkpoint.metrics,
    step_number: checkpoint.step,
  }
}

function toSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1_000)
}
