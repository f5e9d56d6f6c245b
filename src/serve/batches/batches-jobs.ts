import { z } from 'zod'
import { type Database, defineJob, defineRetentionJob, type Job } from '../../foundation/platform/index.ts'
import type { SealedObjects } from '../../govern/privacy/index.ts'
import { deleteOldBatches } from './batch-store.ts'
import { objectKeyOf } from './file.ts'
import { deleteFileRow, listFilesPast, listPartKeys } from './file-store.ts'

const nothing = z.strictObject({})
const filesAtOnce = 100

/** Deletes files that are past their end, with their bytes. Bytes go first: a crash leaves a row that is tried again. */
export function dropOldFiles(options: {
  readonly database: Database
  readonly objects: SealedObjects
}): Job<typeof nothing> {
  const { database, objects } = options
  return defineJob({
    name: 'drop-old-files',
    schema: nothing,
    run: async (_, { logger, signal }) => {
      let dropped = 0
      for (let round = 0; round < 1_000 && !signal.aborted; round += 1) {
        const files = await listFilesPast(database, new Date(), filesAtOnce)
        for (const file of files) {
          const keys =
            file.batchId === undefined ? [objectKeyOf(file.id)] : await listPartKeys(database, file.id)
          for (const key of keys) await objects.delete(key)
          await deleteFileRow(database, file.id)
        }
        dropped += files.length
        if (files.length < filesAtOnce) break
      }
      if (dropped > 0) logger.info({ dropped }, 'Files past their end were deleted.')
    },
  })
}

/** Forgets batches that have ended and whose files are gone. */
export function dropOldBatches(options: {
  readonly database: Database
  readonly retentionDays: () => number
}): ReturnType<typeof defineRetentionJob> {
  const { database, retentionDays } = options
  return defineRetentionJob({
    name: 'drop-old-batches',
    retentionDays,
    drop: (before, limit) => deleteOldBatches(database, before, limit),
    message: 'Batches past their retention were forgotten.',
  })
}
