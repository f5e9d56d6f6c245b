import { z } from 'zod'
import { type Database, defineJob, type Job } from '../../../foundation/platform/index.ts'
import type { SealedObjects } from '../../../govern/privacy/index.ts'
import { deleteObjectRow, lockUnusedObject } from '../artifacts/artifact-store.ts'
import { objectKeyOf } from '../artifacts/artifacts.ts'
import { deleteRun, listRunsPast } from './run-store.ts'

const nothing = z.strictObject({})
const runsAtOnce = 50
/** What a stage has stored and not yet written down is left alone. */
const graceMs = 24 * 3_600_000

/** Deletes runs that are past their time, and then the bytes that no run has any more. */
export function dropOldRuns(options: {
  readonly database: Database
  readonly objects: SealedObjects
  readonly retentionDays: () => number
  readonly now?: () => number
}): Job<typeof nothing> {
  const { database, objects, retentionDays, now = Date.now } = options
  return defineJob({
    name: 'drop-old-pipeline-runs',
    schema: nothing,
    run: async (_, { logger, signal }) => {
      const before = new Date(now() - retentionDays() * 86_400_000)
      let [runs, bytes] = [0, 0]
      for (let round = 0; round < 1_000 && !signal.aborted; round += 1) {
        const past = await listRunsPast(database, before, runsAtOnce)
        for (const id of past) await deleteRun(database, id)
        runs += past.length
        if (past.length < runsAtOnce) break
      }
      for (let round = 0; round < 100_000 && !signal.aborted; round += 1) {
        // who would use it again waits for the end of this, and then stores it anew
        const isDone = await database.transaction(async transaction => {
          const unused = await lockUnusedObject(transaction, new Date(now() - graceMs))
          if (!unused) return true
          await objects.delete(objectKeyOf(unused.tenant, unused.digest))
          await deleteObjectRow(transaction, unused.tenant, unused.digest)
          bytes += 1
          return false
        })
        if (isDone) break
      }
      if (runs + bytes > 0)
        logger.info({ runs, objects: bytes }, 'Runs of pipelines past their end were deleted.')
    },
  })
}
