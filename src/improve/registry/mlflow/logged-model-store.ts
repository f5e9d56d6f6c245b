import { createId, type Queryable } from '../../../foundation/platform/index.ts'

export interface LoggedModel {
  readonly id: string
  readonly tenant: string
  readonly experimentId: number
  readonly name: string
  readonly modelType: string
  readonly status: string
  readonly sourceRunId: string
  readonly params: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
  readonly createdAt: Date
  readonly updatedAt: Date
}

interface LoggedModelRow {
  id: string
  tenant: string
  experiment_id: number
  name: string
  model_type: string
  status: string
  source_run_id: string
  params: Record<string, string>
  tags: Record<string, string>
  created_at: Date
  updated_at: Date
}

const toLoggedModel = (row: LoggedModelRow): LoggedModel => ({
  id: row.id,
  tenant: row.tenant,
  experimentId: row.experiment_id,
  name: row.name,
  modelType: row.model_type,
  status: row.status,
  sourceRunId: row.source_run_id,
  params: row.params,
  tags: row.tags,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

export async function insertLoggedModel(
  queryable: Queryable,
  model: Omit<LoggedModel, 'id' | 'status' | 'updatedAt'>,
): Promise<LoggedModel> {
  const rows = await queryable.query<LoggedModelRow>(
    `INSERT INTO tracking_models (id, tenant, experiment_id, name, model_type, status, source_run_id, params, tags, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, 'LOGGED_MODEL_PENDING', $6, $7, $8, $9, $9) RETURNING *`,
    [
      `m-${createId().replaceAll('-', '')}`,
      model.tenant,
      model.experimentId,
      model.name,
      model.modelType,
      model.sourceRunId,
      JSON.stringify(model.params),
      JSON.stringify(model.tags),
      model.createdAt,
    ],
  )
  const [row] = rows
  if (!row) throw new Error('A logged model was not inserted.')
  return toLoggedModel(row)
}

export async function findLoggedModel(
  queryable: Queryable,
  tenant: string,
  id: string,
): Promise<LoggedModel | undefined> {
  const rows = await queryable.query<LoggedModelRow>(
    'SELECT * FROM tracking_models WHERE id = $1 AND tenant = $2',
    [id, tenant],
  )
  return rows[0] && toLoggedModel(rows[0])
}

/** The newest first. */
export async function listLoggedModels(
  queryable: Queryable,
  tenant: string,
  experimentIds: readonly number[],
  most: number,
): Promise<LoggedModel[]> {
  const rows = await queryable.query<LoggedModelRow>(
    `SELECT * FROM tracking_models WHERE tenant = $1 AND experiment_id = ANY($2::int[])
     ORDER BY created_at DESC, id DESC LIMIT $3`,
    [tenant, experimentIds, most],
  )
  return rows.map(toLoggedModel)
}

/** Params and tags are added to those that are there; a tag that is null goes. */
export async function updateLoggedModel(
  queryable: Queryable,
  id: string,
  change: {
    readonly status?: string | undefined
    readonly params?: Readonly<Record<string, string>> | undefined
    readonly tags?: Readonly<Record<string, string | null>> | undefined
    readonly now: Date
  },
): Promise<void> {
  await queryable.query(
    `UPDATE tracking_models SET status = coalesce($2, status), params = params || $3::jsonb,
       tags = jsonb_strip_nulls(tags || $4::jsonb), updated_at = $5 WHERE id = $1`,
    [
      id,
      change.status ?? null,
      JSON.stringify(change.params ?? {}),
      JSON.stringify(change.tags ?? {}),
      change.now,
    ],
  )
}

export async function deleteLoggedModelRow(queryable: Queryable, id: string): Promise<void> {
  await queryable.query('DELETE FROM tracking_models WHERE id = $1', [id])
}
