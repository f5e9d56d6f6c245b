import type { FailureCode, Queryable } from '../../../foundation/platform/index.ts'
import type { DatasetTask, TaskState } from '../task.ts'

interface TaskRow {
  id: string
  tenant: string
  dataset: string | null
  kind: string
  state: TaskState
  progress: number
  step: string
  parameters: string
  result: string | null
  error_code: string | null
  error_message: string | null
  author: string
  key_id: string | null
  attempts: number
  created_at: Date
  started_at: Date | null
  ended_at: Date | null
}

/** A task with the key that asked for it. */
export interface TaskRecord extends DatasetTask {
  readonly keyId: string | undefined
}

const toTask = (row: TaskRow): TaskRecord => ({
  id: row.id,
  tenant: row.tenant,
  dataset: row.dataset ?? undefined,
  kind: row.kind,
  state: row.state,
  progress: row.progress,
  step: row.step,
  parameters: JSON.parse(row.parameters) as unknown,
  result: row.result === null ? undefined : (JSON.parse(row.result) as unknown),
  error:
    row.error_message === null
      ? undefined
      : { code: (row.error_code ?? 'invalid_request') as FailureCode, message: row.error_message },
  author: row.author,
  keyId: row.key_id ?? undefined,
  attempts: row.attempts,
  createdAt: row.created_at,
  startedAt: row.started_at ?? undefined,
  endedAt: row.ended_at ?? undefined,
})

/** Inserts it, or gives the one that is there under its id. */
export async function insertTask(
  queryable: Queryable,
  task: Pick<
    TaskRecord,
    'id' | 'tenant' | 'dataset' | 'kind' | 'parameters' | 'author' | 'keyId' | 'createdAt'
  >,
): Promise<TaskRecord> {
  const rows = await queryable.query<TaskRow>(
    `INSERT INTO dataset_tasks (id, tenant, dataset, kind, state, parameters, author, key_id, created_at)
     VALUES ($1, $2, $3, $4, 'waiting', $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING RETURNING *`,
    [
      task.id,
      task.tenant,
      task.dataset ?? null,
      task.kind,
      JSON.stringify(task.parameters ?? null),
      task.author,
      task.keyId ?? null,
      task.createdAt,
    ],
  )
  const [row] = rows
  const known = row ? toTask(row) : await findTask(queryable, task.tenant, task.id)
  if (!known) throw new Error('A task that was inserted did not come back.')
  return known
}

/** Takes the oldest task that waits, or that was left by a process that is not heard of any more. */
export async function claimTask(
  queryable: Queryable,
  claim: {
    readonly owner: string
    readonly now: Date
    readonly until: Date
    readonly kinds: readonly string[]
  },
): Promise<TaskRecord | undefined> {
  const rows = await queryable.query<TaskRow>(
    `UPDATE dataset_tasks SET state = 'running', owner = $1, owned_until = $3, attempts = attempts + 1,
       started_at = coalesce(started_at, $2)
     WHERE id = (
       SELECT id FROM dataset_tasks
       WHERE kind = ANY($4) AND (state = 'waiting' OR (state = 'running' AND owned_until < $2))
       ORDER BY created_at FOR UPDATE SKIP LOCKED LIMIT 1)
     RETURNING *`,
    [claim.owner, claim.now, claim.until, claim.kinds],
  )
  return rows[0] && toTask(rows[0])
}

/** Resolves with whether it is to be cancelled; `undefined` where it is not this owner's any more. */
export async function keepTask(
  queryable: Queryable,
  task: {
    readonly id: string
    readonly owner: string
    readonly until: Date
    readonly progress: number
    readonly step: string
  },
): Promise<boolean | undefined> {
  const rows = await queryable.query<{ is_cancel_asked: boolean }>(
    `UPDATE dataset_tasks SET owned_until = $3, progress = $4, step = $5
     WHERE id = $1 AND owner = $2 AND state = 'running' RETURNING is_cancel_asked`,
    [task.id, task.owner, task.until, task.progress, task.step],
  )
  return rows[0]?.is_cancel_asked
}

export async function endTask(
  queryable: Queryable,
  end: {
    readonly id: string
    readonly owner: string
    readonly state: 'done' | 'failed' | 'cancelled'
    readonly result?: unknown
    readonly error?: { readonly code: string; readonly message: string } | undefined
    readonly now: Date
  },
): Promise<boolean> {
  const rows = await queryable.query(
    `UPDATE dataset_tasks SET state = $3, result = $4, error_code = $5, error_message = $6, ended_at = $7,
       owner = NULL, owned_until = NULL, progress = CASE WHEN $3 = 'done' THEN 1 ELSE progress END
     WHERE id = $1 AND owner = $2 AND state = 'running' RETURNING id`,
    [
      end.id,
      end.owner,
      end.state,
      end.result === undefined ? null : JSON.stringify(end.result),
      end.error?.code ?? null,
      end.error?.message ?? null,
      end.now,
    ],
  )
  return rows.length > 0
}

/** Lets another process, or this one after its start, begin it again. */
export async function returnTask(queryable: Queryable, id: string, owner: string): Promise<void> {
  await queryable.query(
    `UPDATE dataset_tasks SET state = 'waiting', owner = NULL, owned_until = NULL
     WHERE id = $1 AND owner = $2 AND state = 'running'`,
    [id, owner],
  )
}

/** One that waits is cancelled at once; one that runs is asked to. */
export async function askCancel(
  queryable: Queryable,
  id: string,
  now: Date,
): Promise<TaskRecord | undefined> {
  const rows = await queryable.query<TaskRow>(
    `UPDATE dataset_tasks SET is_cancel_asked = true,
       state = CASE WHEN state = 'waiting' THEN 'cancelled' ELSE state END,
       ended_at = CASE WHEN state = 'waiting' THEN $2 ELSE ended_at END
     WHERE id = $1 AND state IN ('waiting', 'running') RETURNING *`,
    [id, now],
  )
  return rows[0] && toTask(rows[0])
}

export async function findTask(
  queryable: Queryable,
  tenant: string | undefined,
  id: string,
): Promise<TaskRecord | undefined> {
  const rows = await queryable.query<TaskRow>(
    'SELECT * FROM dataset_tasks WHERE id = $1 AND ($2::text IS NULL OR tenant = $2)',
    [id, tenant ?? null],
  )
  return rows[0] && toTask(rows[0])
}

/** The newest first, those of one tenant or of all. */
export async function listTasks(
  queryable: Queryable,
  page: {
    readonly tenant: string | undefined
    readonly dataset: string | undefined
    readonly isOpen: boolean
    readonly before: { readonly createdAt: Date; readonly id: string } | undefined
    readonly limit: number
  },
): Promise<TaskRecord[]> {
  const rows = await queryable.query<TaskRow>(
    `SELECT * FROM dataset_tasks
     WHERE ($1::text IS NULL OR tenant = $1) AND ($2::text IS NULL OR dataset = $2)
       AND (NOT $3 OR state IN ('waiting', 'running'))
       AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5::uuid))
     ORDER BY created_at DESC, id DESC LIMIT $6`,
    [
      page.tenant ?? null,
      page.dataset ?? null,
      page.isOpen,
      page.before?.createdAt ?? null,
      page.before?.id ?? null,
      page.limit,
    ],
  )
  return rows.map(toTask)
}

export async function deleteEndedTasks(queryable: Queryable, before: Date, limit: number): Promise<number> {
  const rows = await queryable.query(
    `DELETE FROM dataset_tasks WHERE id IN (SELECT id FROM dataset_tasks WHERE ended_at < $1 LIMIT $2) RETURNING id`,
    [before, limit],
  )
  return rows.length
}
