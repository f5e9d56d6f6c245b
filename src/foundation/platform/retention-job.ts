import { z } from 'zod'
import { defineJob, type Job } from './jobs.ts'

const nothing = z.strictObject({})
const dayMs = 86_400_000
const batchSize = 1_000
const mostBatches = 1_000

/** A job that deletes what is past retention, some at a time. */
export function defineRetentionJob(options: {
  readonly name: string
  readonly retentionDays: () => number
  /** Deletes at most `limit` of what is older; resolves with how many there were. */
  readonly drop: (before: Date, limit: number) => Promise<number>
  /** What the log says where there were any. */
  readonly message: string
  readonly now?: (() => number) | undefined
}): Job<typeof nothing> {
  const { name, retentionDays, drop, message, now = Date.now } = options
  return defineJob({
    name,
    schema: nothing,
    run: async (_, { logger }) => {
      const before = new Date(now() - retentionDays() * dayMs)
      let dropped = 0
      for (let batch = 0; batch < mostBatches; batch += 1) {
        const count = await drop(before, batchSize)
        dropped += count
        if (count < batchSize) break
      }
      if (dropped > 0) logger.info({ dropped }, message)
    },
  })
}
