import { z } from 'zod'
import { defineJob } from '../../foundation/platform/index.ts'
import type { Database, Job } from '../../foundation/platform/index.ts'
import { addDays, dayOf } from './day.ts'
import { dropDayPartitions } from './day-partitions-store.ts'

const nothing = z.strictObject({})

/**
 * Drops the days that are past retention, whole partitions at a time. Rollups, which name no person and hold no
 * content, live twice as long, so that every period within retention has the one before it to compare with.
 * Schedule it once an hour or a day; a run with nothing to drop reads the catalogue and ends.
 */
export function dropOldInferences(options: {
  readonly database: Database
  readonly retentionDays: () => number
  readonly now?: () => number
}): Job<typeof nothing> {
  const { database, retentionDays, now = Date.now } = options
  return defineJob({
    name: 'drop-old-inferences',
    schema: nothing,
    run: async (_, { logger }) => {
      const today = dayOf(now())
      const days = retentionDays()
      const dropped = await dropDayPartitions(database, addDays(today, -days), addDays(today, -2 * days))
      if (dropped.length > 0) logger.info({ dropped }, 'Partitions past retention were dropped.')
    },
  })
}
