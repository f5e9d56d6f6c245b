import { type Database, defineRetentionJob } from '../../foundation/platform/index.ts'
import { deletePseudonyms } from './pseudonym-store.ts'

/** Deletes the values behind placeholders that are past retention or whose key was shredded, some at a time. */
export function dropOldPseudonyms(options: {
  readonly database: Database
  readonly retentionDays: () => number
  readonly now?: () => number
}): ReturnType<typeof defineRetentionJob> {
  const { database, retentionDays, now } = options
  return defineRetentionJob({
    name: 'drop-old-pseudonyms',
    retentionDays,
    drop: (before, limit) => deletePseudonyms(database, before, limit),
    message: 'Values behind placeholders were deleted.',
    now,
  })
}
