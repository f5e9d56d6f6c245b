import { z } from 'zod'
import { defineJob, type Job, type Logger } from '../../foundation/platform/index.ts'
import { type RewriteContext, rewritePacks } from './files/rewrite-packs.ts'
import { segmentKey } from './segments/segment-cache.ts'
import {
  countLoose,
  deleteLooseVersions,
  deleteObjectRow,
  deleteRemains,
  holdLooseObject,
  type Loose,
  markLooseObjects,
} from './stores/garbage-store.ts'
import { deleteEndedTasks } from './stores/task-store.ts'

export interface GarbageOptions {
  /** What is younger stays. */
  readonly graceMs: number
  /** Only counts. */
  readonly isDryRun: boolean
  readonly signal?: AbortSignal | undefined
}

type Context = RewriteContext
const batch = 500

/**
 * Deletes versions that no branch, no tag and no pin needs, and then the objects that no version needs, each after its
 * grace. It may be killed at any moment, and others may publish meanwhile: an object is taken out of use first, looked at
 * again under a lock, and only then deleted.
 */
export async function collectGarbage(
  context: Context,
  options: GarbageOptions,
): Promise<Loose & { readonly rewritten: number }> {
  const { database, objects, cache, now } = context
  const before = new Date(now() - options.graceMs)
  if (options.isDryRun) return { ...(await countLoose(database, before)), rewritten: 0 }
  const versions = await deleteLooseVersions(database, before)
  const rewritten = await rewritePacks(context, options.signal)
  const found = { versions, objects: 0, bytes: 0, rewritten }
  for (;;) {
    options.signal?.throwIfAborted()
    const loose = await markLooseObjects(database, before, batch)
    for (const object of loose) {
      const isDeleted = await database.transaction(async transaction => {
        if ((await holdLooseObject(transaction, object, before)) !== 'loose') return false
        await objects.delete(segmentKey(object.tenant, object.object))
        await deleteObjectRow(transaction, object)
        return true
      })
      if (!isDeleted) continue
      await cache.drop(object.tenant, object.object)
      found.objects += 1
      found.bytes += object.bytes
    }
    if (loose.length < batch) break
  }
  await deleteRemains(database, before, new Date(Math.min(before.getTime(), now() - 30 * dayMs)))
  return found
}

const dayMs = 86_400_000
const nothing = z.strictObject({})

/** The hourly collection, and old tasks with it. */
export function collectDatasetGarbage(
  context: Context & { readonly logger: Logger },
  settings: () => { readonly garbageGraceHours: number; readonly taskRetentionDays: number },
  onCollected: (found: Loose & { readonly rewritten: number }) => void,
): Job<typeof nothing> {
  return defineJob({
    name: 'collect-dataset-garbage',
    schema: nothing,
    run: async (_, { logger, signal }) => {
      const { garbageGraceHours, taskRetentionDays } = settings()
      const found = await collectGarbage(context, {
        graceMs: garbageGraceHours * 3_600_000,
        isDryRun: false,
        signal,
      })
      onCollected(found)
      const tasks = await deleteEndedTasks(
        context.database,
        new Date(context.now() - taskRetentionDays * dayMs),
        1_000,
      )
      if (found.versions + found.objects + found.rewritten + tasks > 0)
        logger.info({ ...found, tasks }, 'Versions and rows that nothing needs were collected.')
    },
  })
}
