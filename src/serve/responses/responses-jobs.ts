import { z } from 'zod'
import { defineJob, type Database, type Job } from '../../foundation/platform/index.ts'
import { deleteResponsesBefore } from './response-store.ts'

const nothing = z.strictObject({})
const dayMs = 86_400_000
const batchSize = 1_000

/** Deletes the responses that are past retention, some at a time. */
export function dropOldResponses(options: {
  readonly database: Database
  readonly retentionDays: () => number
  readonly now?: () => number
}): Job<typeof nothing> {
  const { database, retentionDays, now = Date.now } = options
  return defineJob({
    name: 'drop-old-responses',
    schema: nothing,
    run: async (_, { logger }) => {
      const before = new Date(now() - retentionDays() * dayMs)
      let dropped = 0
      for (let batch = 0; batch < 1_000; batch += 1) {
        const count = await deleteResponsesBefore(database, before, batchSize)
        dropped += count
        if (count < batchSize) break
      }
      if (dropped > 0) logger.info({ dropped }, 'Responses past retention were deleted.')
    },
  })
}
