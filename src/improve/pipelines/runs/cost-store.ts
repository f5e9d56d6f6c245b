import type { Queryable } from '../../../foundation/platform/index.ts'
import type { RunState } from './run.ts'

/** How long a stage of a run has worked; `stage` is null where none has. */
export interface WorkRow {
  run_id: string
  state: RunState
  tenant: string
  stage: string | null
  kind: string
  parameters: { readonly executor?: string } | null
  seconds: number
}

/** Stages that have worked in these runs, with how long all their attempts took; what was taken from earlier runs did not. */
export async function listWork(queryable: Queryable, runs: readonly string[]): Promise<WorkRow[]> {
  return await queryable.query<WorkRow>(
    `SELECT run.id AS run_id, run.state, run.tenant, stage.name AS stage, stage.kind, stage.parameters,
       coalesce((SELECT sum(extract(epoch FROM coalesce(ended_at, now()) - started_at)) FROM pipeline_attempts attempt
         WHERE attempt.run_id = run.id AND attempt.stage = stage.name), 0)::float8 AS seconds
     FROM pipeline_runs run LEFT JOIN pipeline_stages stage ON stage.run_id = run.id AND stage.attempts > 0
     WHERE run.id = ANY($1::uuid[])`,
    [runs],
  )
}
