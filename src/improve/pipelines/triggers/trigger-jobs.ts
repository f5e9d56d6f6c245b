import { type Database, defineRetentionJob } from '../../../foundation/platform/index.ts'
import { longestWindowMs } from '../declaration/pipeline-schema.ts'
import { deleteEventsBefore } from '../events/event-store.ts'
import { deleteDecisionsBefore } from './decision-store.ts'

/** Windows of triggers count decisions: those are kept as long as the longest. */
const fewestDays = longestWindowMs / 86_400_000

/** Deletes events that were told, and decisions of triggers, as old as runs may become. */
export function dropOldTriggerRows(options: {
  readonly database: Database
  readonly retentionDays: () => number
}) {
  const { database } = options
  const retentionDays = (): number => Math.max(fewestDays, options.retentionDays())
  return [
    defineRetentionJob({
      name: 'drop-old-pipeline-events',
      retentionDays,
      drop: (before, limit) => deleteEventsBefore(database, before, limit),
      message: 'Events that pipelines were told of long ago were deleted.',
    }),
    defineRetentionJob({
      name: 'drop-old-trigger-decisions',
      retentionDays,
      drop: (before, limit) => deleteDecisionsBefore(database, before, limit),
      message: 'Old decisions of triggers were deleted.',
    }),
  ]
}
