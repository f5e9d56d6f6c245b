import type { Queryable } from '../../../foundation/platform/index.ts'
import type { Artifact, TrainerSpec, TrainingMethod } from '../trainers/contract.ts'
import { type JobError, type JobState, JobTaken, type TrainingJob } from './job.ts'

interface JobRow {
  id: string
  tenant: string
  model: string
  trainer: string
  method: TrainingMethod
  state: JobState
  training_file: string
  validation_file: string | null
  data: TrainingJob['data']
  spec: TrainerSpec
  output: TrainingJob['output']
  metadata: Record<string, string> | null
  step: number
  steps: number | null
  tokens_seen: number
  training_loss: number | null
  validation_loss: number | null
  artifact: Artifact | null
  fine_tuned_model: string | null
  result_file: string | null
  error_code: string | null
  error_message: string | null
  error_param: string | null
  fruitless: number
  handle: unknown
  author: string
  key_id: string
  created_at: Date
  started_at: Date | null
  finished_at: Date | null
  worked_ms: number
}

/** Told of every change to a job, with its id. */
export const jobsChannel = 'training_jobs'

function toJob(row: JobRow): TrainingJob {
  return {
    id: row.id,
    tenant: row.tenant,
    model: row.model,
    trainer: row.trainer,
    method: row.method,
    state: row.state,
    trainingFile: row.training_file,
    validationFile: row.validation_file ?? undefined,
    data: row.data,
    spec: row.spec,
    output: row.output,
    metadata: row.metadata ?? undefined,
    step: row.step,
    steps: row.steps ?? undefined,
    tokensSeen: row.tokens_seen,
    trainingLoss: row.training_loss ?? undefined,
    validationLoss: row.validation_loss ?? undefined,
    artifact: row.artifact ?? undefined,
    fineTunedModel: row.fine_tuned_model ?? undefined,
    resultFile: row.result_file ?? undefined,
    error:
      row.error_code === null
        ? undefined
        : {
            code: row.error_code,
            message: row.error_message ?? '',
            param: row.error_param ?? undefined,
          },
    fruitless: row.fruitless,
    handle: row.handle,
    author: row.author,
    keyId: row.key_id,
    createdAt: row.created_at,
    startedAt: row.started_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
    workedMs: row.worked_ms,
  }
}

export type NewJob = Pick<
  TrainingJob,
  | 'id'
  | 'tenant'
  | 'model'
  | 'trainer'
  | 'method'
  | 'trainingFile'
  | 'validationFile'
  | 'data'
  | 'spec'
  | 'output'
  | 'metadata'
  | 'author'
  | 'keyId'
  | 'createdAt'
>

/** `false` where there is one of that id already. */
export async function insertJob(queryable: Queryable, job: NewJob): Promise<boolean> {
  const rows = await queryable.query(
    `INSERT INTO training_jobs (id, tenant, model, trainer, method, state, training_file, validation_file, data, spec, output,
       metadata, author, key_id, created_at)
     VALUES ($1, $2, $3, $4, $5, 'validating_files', $6, $7, $8::text::jsonb, $9::text::jsonb, $10::text::jsonb,
       $11::text::jsonb, $12, $13, $14) ON CONFLICT (id) DO NOTHING RETURNING id`,
    [
      job.id,
      job.tenant,
      job.model,
      job.trainer,
      job.method,
      job.trainingFile,
      job.validationFile ?? null,
      JSON.stringify(job.data),
      JSON.stringify(job.spec),
      JSON.stringify(job.output),
      job.metadata === undefined ? null : JSON.stringify(job.metadata),
      job.author,
      job.keyId,
      job.createdAt,
    ],
  )
  return rows.length > 0
}

/** `tenant` left out finds the job of any. */
export async function findJob(
  queryable: Queryable,
  tenant: string | undefined,
  id: string,
): Promise<TrainingJob | undefined> {
  const rows = await queryable.query<JobRow>(
    'SELECT * FROM training_jobs WHERE id = $1 AND ($2::text IS NULL OR tenant = $2)',
    [id, tenant ?? null],
  )
  return rows[0] && toJob(rows[0])
}

export interface JobFilter {
  readonly tenant: string | undefined
  readonly state?: JobState | undefined
  /** Every entry has to be there; `null`: those without any. */
  readonly metadata?: Readonly<Record<string, string>> | null | undefined
  readonly before?: Pick<TrainingJob, 'createdAt' | 'id'> | undefined
  readonly limit: number
}

/** The newest first. */
export async function listJobs(queryable: Queryable, filter: JobFilter): Promise<TrainingJob[]> {
  const { metadata } = filter
  const rows = await queryable.query<JobRow>(
    `SELECT * FROM training_jobs
     WHERE ($1::text IS NULL OR tenant = $1) AND ($2::text IS NULL OR state = $2)
       AND ($3::text IS NULL OR metadata @> $3::text::jsonb) AND (NOT $4::boolean OR metadata IS NULL)
       AND ($5::timestamptz IS NULL OR (created_at, id) < ($5, $6))
     ORDER BY created_at DESC, id DESC LIMIT $7`,
    [
      filter.tenant ?? null,
      filter.state ?? null,
      metadata ? JSON.stringify(metadata) : null,
      metadata === null,
      filter.before?.createdAt ?? null,
      filter.before?.id ?? null,
      filter.limit,
    ],
  )
  return rows.map(toJob)
}

/** Those that learned from a version of a dataset or were held against it, the newest first. */
export async function listJobsOnVersion(
  queryable: Queryable,
  tenant: string,
  versionId: string,
  limit: number,
): Promise<TrainingJob[]> {
  const rows = await queryable.query<JobRow>(
    `SELECT * FROM training_jobs WHERE tenant = $1
       AND (data #>> '{train,source,versionId}' = $2 OR data #>> '{validation,source,versionId}' = $2)
     ORDER BY created_at DESC LIMIT $3`,
    [tenant, versionId, limit],
  )
  return rows.map(toJob)
}

/** Takes the oldest job in one of those states that nobody works on; no two processes ever get the same. */
export async function claimJob(
  queryable: Queryable,
  states: readonly JobState[],
  owner: string,
  leaseSeconds: number,
): Promise<TrainingJob | undefined> {
  const rows = await queryable.query<JobRow>(
    `UPDATE training_jobs SET lease_owner = $2, lease_until = now() + make_interval(secs => $3), next_try_at = NULL
     WHERE id = (SELECT id FROM training_jobs
       WHERE state = ANY ($1) AND (lease_until IS NULL OR lease_until < now())
         AND (next_try_at IS NULL OR next_try_at <= now())
       ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING *`,
    [states, owner, leaseSeconds],
  )
  return rows[0] && toJob(rows[0])
}

/** Holds the lease longer; the state it is in, or `undefined` where another process has it. */
export async function renewJobLease(
  queryable: Queryable,
  id: string,
  owner: string,
  leaseSeconds: number,
  workedMs: number,
): Promise<JobState | undefined> {
  const rows = await queryable.query<{ state: JobState }>(
    `UPDATE training_jobs SET lease_until = now() + make_interval(secs => $3), worked_ms = worked_ms + $4
     WHERE id = $1 AND lease_owner = $2 RETURNING state`,
    [id, owner, leaseSeconds, Math.round(workedMs)],
  )
  return rows[0]?.state
}

export async function releaseJobLease(queryable: Queryable, id: string, owner: string): Promise<void> {
  await queryable.query(
    'UPDATE training_jobs SET lease_until = NULL, lease_owner = NULL WHERE id = $1 AND lease_owner = $2',
    [id, owner],
  )
}

export interface JobChange {
  readonly state?: JobState
  readonly data?: TrainingJob['data']
  readonly step?: number
  readonly steps?: number | undefined
  readonly tokensSeen?: number | undefined
  readonly trainingLoss?: number | undefined
  readonly validationLoss?: number | undefined
  readonly artifact?: Artifact
  readonly fineTunedModel?: string
  readonly resultFile?: string | undefined
  readonly error?: JobError
  readonly fruitless?: number
  readonly nextTryAt?: Date
  readonly handle?: unknown
  readonly startedAt?: Date
  readonly finishedAt?: Date
}

/**
 * Changes a job that this owner holds. Throws `JobTaken` where it holds it no more, or somebody has paused or cancelled it: then
 * nothing of what goes with it may be written either.
 */
export async function changeJob(
  queryable: Queryable,
  id: string,
  owner: string,
  change: JobChange,
  from: readonly JobState[] = ['validating_files', 'queued', 'running'],
): Promise<void> {
  const { error } = change
  const rows = await queryable.query(
    `WITH changed AS (UPDATE training_jobs SET
       state = coalesce($3::text, state), data = coalesce($4::text::jsonb, data), step = coalesce($5::bigint, step),
       steps = coalesce($6::bigint, steps), tokens_seen = coalesce($7::bigint, tokens_seen),
       training_loss = coalesce($8::double precision, training_loss),
       validation_loss = coalesce($9::double precision, validation_loss),
       artifact = coalesce($10::text::jsonb, artifact), fine_tuned_model = coalesce($11::text, fine_tuned_model),
       result_file = coalesce($12::text, result_file), error_code = coalesce($13::text, error_code),
       error_message = coalesce($14::text, error_message), error_param = coalesce($15::text, error_param),
       fruitless = coalesce($16::int, fruitless), next_try_at = coalesce($17::timestamptz, next_try_at),
       handle = coalesce($18::text::jsonb, handle), started_at = coalesce(started_at, $19::timestamptz),
       finished_at = coalesce($20::timestamptz, finished_at)
     WHERE id = $1 AND lease_owner = $2 AND state = ANY ($21) RETURNING id)
     SELECT pg_notify('${jobsChannel}', id) FROM changed`,
    [
      id,
      owner,
      change.state ?? null,
      change.data === undefined ? null : JSON.stringify(change.data),
      change.step ?? null,
      change.steps ?? null,
      change.tokensSeen ?? null,
      change.trainingLoss ?? null,
      change.validationLoss ?? null,
      change.artifact === undefined ? null : JSON.stringify(change.artifact),
      change.fineTunedModel ?? null,
      change.resultFile ?? null,
      error?.code ?? null,
      error?.message ?? null,
      error?.param ?? null,
      change.fruitless ?? null,
      change.nextTryAt ?? null,
      change.handle === undefined ? null : JSON.stringify(change.handle),
      change.startedAt ?? null,
      change.finishedAt ?? null,
      from,
    ],
  )
  if (rows.length === 0) throw new JobTaken(`The job ${id} is not held any more.`)
}

/** Ends, pauses or goes on with a job, whoever holds it; false where it is in none of those states. */
export async function moveJob(
  queryable: Queryable,
  id: string,
  from: readonly JobState[],
  to: JobState,
): Promise<boolean> {
  const rows = await queryable.query(
    `WITH changed AS (UPDATE training_jobs SET state = $3,
       finished_at = CASE WHEN $3 = 'cancelled' THEN now() ELSE finished_at END, next_try_at = NULL, fruitless = 0
     WHERE id = $1 AND state = ANY ($2) RETURNING id)
     SELECT pg_notify('${jobsChannel}', id) FROM changed`,
    [id, from, to],
  )
  return rows.length > 0
}

/** Open jobs by state, for metrics. */
export async function countOpenJobs(queryable: Queryable): Promise<ReadonlyMap<JobState, number>> {
  const rows = await queryable.query<{ state: JobState; jobs: number }>(
    `SELECT state, count(*) AS jobs FROM training_jobs
     WHERE state IN ('validating_files', 'queued', 'running', 'paused') GROUP BY state`,
  )
  return new Map(rows.map(({ state, jobs }) => [state, jobs]))
}

/** Which of those jobs have ended before a time, so that their folders are needed no more. */
export async function listEndedJobs(
  queryable: Queryable,
  ids: readonly string[],
  before: Date,
): Promise<string[]> {
  const rows = await queryable.query<{ id: string }>(
    `SELECT id FROM training_jobs WHERE id = ANY ($1) AND finished_at < $2`,
    [ids, before],
  )
  return rows.map(({ id }) => id)
}

/** Takes a cancelled job that still has to be ended elsewhere. */
export async function claimCancelled(
  queryable: Queryable,
  owner: string,
  leaseSeconds: number,
): Promise<TrainingJob | undefined> {
  const rows = await queryable.query<JobRow>(
    `UPDATE training_jobs SET lease_owner = $1, lease_until = now() + make_interval(secs => $2)
     WHERE id = (SELECT id FROM training_jobs
       WHERE state = 'cancelled' AND handle IS NOT NULL AND (lease_until IS NULL OR lease_until < now())
       ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING *`,
    [owner, leaseSeconds],
  )
  return rows[0] && toJob(rows[0])
}

export async function forgetHandle(queryable: Queryable, id: string, owner: string): Promise<void> {
  await queryable.query('UPDATE training_jobs SET handle = NULL WHERE id = $1 AND lease_owner = $2', [
    id,
    owner,
  ])
}
