import type { Queryable } from '../../../foundation/platform/index.ts'
import { runsChannel } from './run-store.ts'

/** How far a stage is, if its run is still held by this owner. */
export async function saveProgress(
  queryable: Queryable,
  progress: {
    readonly runId: string
    readonly owner: string
    readonly name: string
    readonly share: number
    readonly step: string
  },
): Promise<void> {
  await queryable.query(
    `WITH changed AS (UPDATE pipeline_stages SET progress = $3, step = $4
       WHERE run_id = $1 AND name = $2 AND state = 'running'
         AND EXISTS (SELECT 1 FROM pipeline_runs WHERE id = $1 AND lease_owner = $5) RETURNING run_id)
     SELECT pg_notify('${runsChannel}', run_id::text) FROM changed`,
    [progress.runId, progress.name, progress.share, progress.step, progress.owner],
  )
}
