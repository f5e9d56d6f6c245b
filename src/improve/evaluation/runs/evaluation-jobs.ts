import { z } from 'zod'
import { type Database, defineJob, type Job } from '../../../foundation/platform/index.ts'
import { dropAnswersPast } from '../answers/answer-store.ts'
import type { Datasets } from '../../datasets/index.ts'
import { deleteRun, listRunsPast } from './run-store.ts'

const nothing = z.strictObject({})
const runsAtOnce = 50
const answersAtOnce = 5_000

/** Deletes runs that are past their retention, with what holds their versions of data, and then answers that nobody has used since. */
export function dropOldEvaluations(options: {
  readonly database: Database
  readonly datasets: Pick<Datasets, 'unpin'>
  readonly retentionDays: () => number
  readonly now?: () => number
}): Job<typeof nothing> {
  const { database, datasets, retentionDays, now = Date.now } = options
  return defineJob({
    name: 'drop-old-evaluations',
    schema: nothing,
    run: async (_, { logger, signal }) => {
      const before = new Date(now() - retentionDays() * 86_400_000)
      let [runs, answers] = [0, 0]
      for (let round = 0; round < 1_000 && !signal.aborted; round += 1) {
        const past = await listRunsPast(database, before, runsAtOnce)
        for (const { id, tenant, versionId } of past) {
          await datasets.unpin({ tenant, versionId, kind: 'evaluation', subject: id })
          await deleteRun(database, id)
        }
        runs += past.length
        if (past.length < runsAtOnce) break
      }
      // a day later, as answers are marked as used once a day
      const unused = new Date(before.getTime() - 2 * 86_400_000)
      for (let round = 0; round < 1_000 && !signal.aborted; round += 1) {
        const dropped = await dropAnswersPast(database, unused, answersAtOnce)
        answers += dropped
        if (dropped < answersAtOnce) break
      }
      if (runs + answers > 0) logger.info({ runs, answers }, 'Evaluations past their end were deleted.')
    },
  })
}
