import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { type Database, defineJob, type Job } from '../../../foundation/platform/index.ts'
import type { JobFolders } from './job-folder.ts'
import { listEndedJobs } from './job-store.ts'

const nothing = z.strictObject({})

/** Deletes the folders of jobs that ended long enough ago: checkpoints, logs and copies of data. */
export function dropOldJobFolders(options: {
  readonly database: Database
  readonly folders: JobFolders
  readonly retentionDays: () => number
  readonly now?: () => number
}): Job<typeof nothing> {
  const { database, folders, retentionDays, now = Date.now } = options
  return defineJob({
    name: 'drop-old-training-folders',
    schema: nothing,
    run: async (_, { logger }) => {
      const names = (await readdir(folders.root).catch(() => [])).filter(name => name.startsWith('ftjob-'))
      const old = await listEndedJobs(database, names, new Date(now() - retentionDays() * 86_400_000))
      for (const id of old) await rm(path.join(folders.root, id), { recursive: true, force: true })
      if (old.length > 0) logger.info({ folders: old.length }, 'Folders of old training jobs were deleted.')
    },
  })
}
