import { z } from 'zod'
import { defineJob, type Job } from '../../foundation/platform/index.ts'
import { expireReview } from './decide-review.ts'
import { deleteExamplesBefore } from './examples/example-store.ts'
import { deleteDecidedBefore, listOverdue, listRunsToDo } from './review-store.ts'
import type { ReviewsContext } from './reviews-context.ts'
import { type AskModel, runApproved } from './run-approved.ts'

const nothing = z.strictObject({})
const one = z.strictObject({ id: z.string() })
const rowsAtOnce = 200
const dayMs = 86_400_000

/** Ends what nobody has decided in time, and takes up approved requests whose process has died. Every minute. */
export function expireReviews(
  context: ReviewsContext,
  runAgain: (id: string) => Promise<void>,
): Job<typeof nothing> {
  return defineJob({
    name: 'expire-reviews',
    schema: nothing,
    run: async (_, { logger, signal }) => {
      const { database, now } = context
      let expired = 0
      for (let round = 0; round < 1_000 && !signal.aborted; round += 1) {
        const ids = await listOverdue(database, new Date(now()), rowsAtOnce)
        for (const id of ids) if (await expireReview(context, id)) expired += 1
        if (ids.length < rowsAtOnce) break
      }
      for (const id of await listRunsToDo(database, new Date(now()), rowsAtOnce)) await runAgain(id)
      if (expired > 0) logger.info({ expired }, 'Reviews ended that nobody had decided in time.')
    },
  })
}

/** Asks the model with a request that people have approved. */
export function runApprovedRequest(context: ReviewsContext, ask: AskModel): Job<typeof one> {
  return defineJob({
    name: 'run-approved-request',
    schema: one,
    concurrency: 8,
    run: async ({ id }, { signal }) => runApproved(context, id, ask, signal),
  })
}

/** Deletes reviews past their retention, with all that was said in them. Every hour. */
export function dropOldReviews(context: ReviewsContext): Job<typeof nothing> {
  return defineJob({
    name: 'drop-old-reviews',
    schema: nothing,
    run: async (_, { logger, signal }) => {
      const { database, settings, now } = context
      const before = new Date(now() - settings().retentionDays * dayMs)
      let dropped = 0
      for (const drop of [deleteDecidedBefore, deleteExamplesBefore])
        for (let round = 0; round < 1_000 && !signal.aborted; round += 1) {
          const count = await drop(database, before, rowsAtOnce)
          dropped += count
          if (count < rowsAtOnce) break
        }
      if (dropped > 0) logger.info({ dropped }, 'Reviews past their retention were deleted.')
    },
  })
}
