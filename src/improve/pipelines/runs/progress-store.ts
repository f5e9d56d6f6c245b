import type { Queryable } from '../../../foundation/platform/index.ts'
import { runsChannel } from './run-store.ts'

/** How far a stage is, or what it waits for, if it is still in that state and its run is still held by this owner. */
export async function saveProgress(
  queryable: Queryable,
  progress: {
    readonly runId: string
    readonly owner: string
    readonly name: string
    readonly state: 'waiting' | 'running'
    readonly share: number
    readonly step: string
  },
): Promise<void> {
  await queryable.query(
    `WITH changed AS (UPDATE pipeline_stages SET progress = $3, step = $4
       WHERE run_id = $1 AND name = $2 AND state = $6
         AND EXISTS (SELECT 1 FROM pipeline_runs WHERE id = $1 AND lease_owner = $5) RETURNING run_id)
     SELECT pg_notify('${runsChannel}', run_id::text) FROM changed`,
    [progress.runId, progress.name, progress.share, progress.step, progress.owner, progress.state],
  )
}
