import type { Queryable } from '../../platform/index.ts'

/** Work in a cluster that nobody has been told the end of. */
export interface ClusterJob {
  readonly id: string
  readonly tenant: string
  readonly name: string
  readonly mayLeave: MayLeave
  readonly mostBytes: number
  readonly hasFiles: boolean
  readonly place: JobPlace
  /** Of work that has ended. */
  readonly exitCode: number | undefined
}

/** Where the Job is, for who ends it when nobody watches it any more. */
export interface JobPlace {
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
  readonly namespace: string
  readonly isTrainJob: boolean
}

/** What pods may bring back, by path below the folder. */
export interface MayLeave {
  /** Files that grow, sent as they do. */
  readonly growing: readonly string[]
  /** Folders whose folders appear whole, and are sent then. */
  readonly folders: readonly string[]
  /** Folders that the command finds, empty. */
  readonly empty: readonly string[]
  /** Files and folders that are sent when the command has ended. */
  readonly atEnd: readonly string[]
}

export type FileKind = 'in' | 'out' | 'whole' | 'gone' | 'delivered'

export interface ClusterFile {
  readonly sequence: number
  readonly kind: FileKind
  readonly path: string
  readonly objectKey: string | undefined
  readonly sizeBytes: number
  readonly isRunnable: boolean
  readonly beginsAt: number | undefined
}

interface JobRow {
  readonly id: string
  readonly tenant: string
  readonly name: string
  readonly may_leave: MayLeave
  readonly most_bytes: number
  readonly files_ready_at: Date | null
  readonly place: JobPlace
  readonly exit_code: number | null
}

const toJob = (row: JobRow): ClusterJob => ({
  id: row.id,
  tenant: row.tenant,
  name: row.name,
  mayLeave: row.may_leave,
  mostBytes: row.most_bytes,
  hasFiles: row.files_ready_at !== null,
  place: row.place,
  exitCode: row.exit_code ?? undefined,
})

/** The open Job of this work; made where there is none, once whoever asks. */
export async function openClusterJob(
  queryable: Queryable,
  job: Pick<ClusterJob, 'id' | 'tenant' | 'name' | 'mayLeave' | 'mostBytes' | 'place'> & {
    readonly work: string
  },
  now: Date,
): Promise<ClusterJob> {
  const made = await queryable.query<JobRow>(
    `INSERT INTO cluster_jobs (id, work, tenant, name, may_leave, most_bytes, place, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (work) WHERE concluded_at IS NULL DO NOTHING RETURNING *`,
    [
      job.id,
      job.work,
      job.tenant,
      job.name,
      JSON.stringify(job.mayLeave),
      job.mostBytes,
      JSON.stringify(job.place),
      now,
    ],
  )
  if (made[0]) return toJob(made[0])
  const found = await findOpenJob(queryable, job.work)
  if (!found) throw new Error(`The work ${job.work} was concluded while it was opened.`)
  return found
}

export async function findOpenJob(queryable: Queryable, work: string): Promise<ClusterJob | undefined> {
  const rows = await queryable.query<JobRow>(
    'SELECT * FROM cluster_jobs WHERE work = $1 AND concluded_at IS NULL',
    [work],
  )
  return rows[0] && toJob(rows[0])
}

/** The open Job that a token of this hash may work for. */
export async function findJobOfToken(
  queryable: Queryable,
  id: string,
  hash: string,
  now: Date,
): Promise<ClusterJob | undefined> {
  const rows = await queryable.query<JobRow>(
    `SELECT * FROM cluster_jobs
     WHERE id = $1 AND $2 = ANY (token_hashes) AND token_until > $3 AND concluded_at IS NULL`,
    [id, hash, now],
  )
  return rows[0] && toJob(rows[0])
}

/** Whether a Job was told to be over, so that nothing that its pods bring is of use. */
export async function isJobOver(queryable: Queryable, id: string): Promise<boolean> {
  const rows = await queryable.query(
    'SELECT 1 FROM cluster_jobs WHERE id = $1 AND (ended_at IS NOT NULL OR concluded_at IS NOT NULL)',
    [id],
  )
  return rows.length > 0
}

export async function addToken(queryable: Queryable, id: string, hash: string): Promise<void> {
  await queryable.query(
    'UPDATE cluster_jobs SET token_hashes = array_append(token_hashes, $2) WHERE id = $1',
    [id, hash],
  )
}

export async function keepTokens(queryable: Queryable, id: string, until: Date): Promise<void> {
  await queryable.query('UPDATE cluster_jobs SET token_until = $2 WHERE id = $1', [id, until])
}

export async function markFilesReady(queryable: Queryable, id: string, now: Date): Promise<void> {
  await queryable.query('UPDATE cluster_jobs SET files_ready_at = $2 WHERE id = $1', [id, now])
}

/** Its pods have ended: nothing comes from them any more. */
export async function endClusterJob(
  queryable: Queryable,
  id: string,
  exitCode: number,
  now: Date,
): Promise<void> {
  await queryable.query(
    `UPDATE cluster_jobs SET exit_code = $2, ended_at = $3, token_hashes = '{}' WHERE id = $1`,
    [id, exitCode, now],
  )
}

/** Open Jobs that nobody has watched since a time, and those that ended before another. */
export async function listForgottenJobs(
  queryable: Queryable,
  unwatchedSince: Date,
  endedBefore: Date,
): Promise<readonly ClusterJob[]> {
  const rows = await queryable.query<JobRow>(
    `SELECT * FROM cluster_jobs WHERE concluded_at IS NULL AND created_at < $1
       AND (ended_at < $2 OR (ended_at IS NULL AND (token_until IS NULL OR token_until < $1)))
     ORDER BY created_at LIMIT 1000`,
    [unwatchedSince, endedBefore],
  )
  return rows.map(toJob)
}

/** Forgets its tokens; its work may begin anew. */
export async function concludeClusterJob(queryable: Queryable, id: string, now: Date): Promise<void> {
  await queryable.query(
    `UPDATE cluster_jobs SET concluded_at = coalesce(concluded_at, $2), token_hashes = '{}' WHERE id = $1`,
    [id, now],
  )
}

/** Counts bytes that came from a pod; false where they are more than it may leave. */
export async function countLeftBytes(queryable: Queryable, id: string, bytes: number): Promise<boolean> {
  const rows = await queryable.query(
    `UPDATE cluster_jobs SET left_bytes = left_bytes + $2
     WHERE id = $1 AND left_bytes + $2 <= most_bytes RETURNING id`,
    [id, bytes],
  )
  return rows.length > 0
}

export async function insertFile(
  queryable: Queryable,
  jobId: string,
  file: Omit<ClusterFile, 'sequence'>,
): Promise<void> {
  await queryable.query(
    `INSERT INTO cluster_files (job_id, kind, path, object_key, size_bytes, is_runnable, begins_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      jobId,
      file.kind,
      file.path,
      file.objectKey ?? null,
      file.sizeBytes,
      file.isRunnable,
      file.beginsAt ?? null,
    ],
  )
}

/** In the order in which they came; those after a sequence. */
export async function listFiles(
  queryable: Queryable,
  jobId: string,
  after: number,
): Promise<readonly ClusterFile[]> {
  const rows = await queryable.query<{
    sequence: number
    kind: FileKind
    path: string
    object_key: string | null
    size_bytes: number
    is_runnable: boolean
    begins_at: number | null
  }>('SELECT * FROM cluster_files WHERE job_id = $1 AND sequence > $2 ORDER BY sequence', [jobId, after])
  return rows.map(row => ({
    sequence: row.sequence,
    kind: row.kind,
    path: row.path,
    objectKey: row.object_key ?? undefined,
    sizeBytes: row.size_bytes,
    isRunnable: row.is_runnable,
    beginsAt: row.begins_at ?? undefined,
  }))
}

export async function deleteFiles(queryable: Queryable, jobId: string): Promise<void> {
  await queryable.query('DELETE FROM cluster_files WHERE job_id = $1', [jobId])
}

/** Jobs that were concluded before a time; gone with their rows. */
export async function dropConcludedJobs(queryable: Queryable, before: Date, limit: number): Promise<number> {
  const rows = await queryable.query(
    `DELETE FROM cluster_jobs WHERE id IN
       (SELECT id FROM cluster_jobs WHERE concluded_at < $1 ORDER BY concluded_at LIMIT $2) RETURNING id`,
    [before, limit],
  )
  return rows.length
}
