import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import type { DatasetsContext } from '../datasets-context.ts'
import { markStored, touchObject } from '../stores/object-row-store.ts'
import type { StagedFile } from '../worker/stage-changes.ts'
import { segmentKey } from './segment-cache.ts'

/**
 * Puts what is not stored yet, each object once for a tenant, and keeps all of it from garbage collection for the time
 * being. Resolves with the bytes that were new.
 */
export async function storeObjects(
  context: Pick<DatasetsContext, 'database' | 'objects' | 'now'>,
  tenant: string,
  fresh: readonly Pick<StagedFile, 'object' | 'bytes' | 'file'>[],
  kept: readonly { readonly object: string; readonly bytes: number }[],
): Promise<number> {
  const { database, objects } = context
  for (const { object, bytes } of kept)
    await touchObject(database, { tenant, object, bytes, now: new Date(context.now()) })
  let storedBytes = 0
  for (const { object, bytes, file } of fresh) {
    if (await touchObject(database, { tenant, object, bytes, now: new Date(context.now()) })) continue
    const body = Readable.toWeb(createReadStream(file, { highWaterMark: 256 * 1024 }))
    await objects.put(tenant, segmentKey(tenant, object), body as unknown as ReadableStream<Uint8Array>)
    await markStored(database, { tenant, object, now: new Date(context.now()) })
    storedBytes += bytes
  }
  return storedBytes
}
