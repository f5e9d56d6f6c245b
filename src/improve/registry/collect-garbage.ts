import { z } from 'zod'
import { defineJob, type Job } from '../../foundation/platform/index.ts'
import { objectKey } from './files/store-file.ts'
import type { RegistryContext } from './registry-context.ts'
import { deleteObjectRow, holdLooseObject, markLooseObjects } from './stores/object-row-store.ts'

type Context = Pick<RegistryContext, 'database' | 'now'> & {
  readonly objects: Pick<RegistryContext['objects'], 'delete'>
}
const batch = 200

/**
 * Deletes stored files that no version, attachment or artifact needs, each after its grace. It may be killed at any moment, and
 * others may publish meanwhile: a file is taken out of use first, looked at again under a lock, and only then deleted.
 */
export async function collectModelFiles(
  context: Context,
  options: { readonly graceMs: number; readonly signal?: AbortSignal | undefined },
): Promise<{ readonly files: number; readonly bytes: number }> {
  const { database, objects, now } = context
  const before = new Date(now() - options.graceMs)
  const found = { files: 0, bytes: 0 }
  for (;;) {
    options.signal?.throwIfAborted()
    const loose = await markLooseObjects(database, before, batch)
    for (const object of loose) {
      const isDeleted = await database.transaction(async transaction => {
        if ((await holdLooseObject(transaction, object, before)) !== 'loose') return false
        await objects.delete(objectKey(object.tenant, object.object.slice('sha256-'.length)))
        await deleteObjectRow(transaction, object)
        return true
      })
      if (!isDeleted) continue
      found.files += 1
      found.bytes += object.bytes
    }
    if (loose.length < batch) return found
  }
}

const nothing = z.strictObject({})

export function collectModelGarbage(
  context: Context,
  options: {
    readonly graceHours: () => number
    /** What somebody began to send and did not come back for. */
    readonly uploads: { sweep(nowMs: number): Promise<void> }
    readonly onCollected: (bytes: number) => void
  },
): Job<typeof nothing> {
  return defineJob({
    name: 'collect-model-garbage',
    schema: nothing,
    run: async (_, { logger, signal }) => {
      const found = await collectModelFiles(context, {
        graceMs: options.graceHours() * 3_600_000,
        signal,
      })
      await options.uploads.sweep(context.now())
      options.onCollected(found.bytes)
      if (found.files > 0) logger.info(found, 'Files of models that nothing needs were collected.')
    },
  })
}
