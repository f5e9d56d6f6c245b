import { type Database, defineRetentionJob } from '../../foundation/platform/index.ts'
import { deleteResponsesBefore } from './response-store.ts'

/** Deletes the responses that are past retention, some at a time. */
export function dropOldResponses(options: {
  readonly database: Database
  readonly retentionDays: () => number
  readonly now?: () => number
}): ReturnType<typeof defineRetentionJob> {
  const { database, retentionDays, now } = options
  return defineRetentionJob({
    name: 'drop-old-responses',
    retentionDays,
    drop: (before, limit) => deleteResponsesBefore(database, before, limit),
    message: 'Responses past retention were deleted.',
    now,
  })
}
