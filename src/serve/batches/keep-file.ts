import type { Database } from '../../foundation/platform/index.ts'
import type { SealedObjects } from '../../govern/privacy/index.ts'
import { objectKeyOf, type StoredFile } from './file.ts'
import { findFile, insertFile } from './file-store.ts'

/** Files of a tenant, for other parts of ours. */
export interface FileAccess {
  find(tenant: string, id: string): Promise<StoredFile | undefined>
  /** Of a file that was uploaded; `undefined` where its bytes are gone. */
  read(tenant: string, id: string): Promise<ReadableStream<Uint8Array> | undefined>
  /** Keeps what a part of ours has written. The same id again changes nothing. */
  keep(
    file: Pick<StoredFile, 'id' | 'tenant' | 'purpose' | 'filename' | 'expiresAt'> & {
      readonly content: string
    },
  ): Promise<void>
}

export function createFileAccess(options: {
  readonly database: Database
  readonly objects: SealedObjects
}): FileAccess {
  const { database, objects } = options
  return {
    find: async (tenant, id) => await findFile(database, tenant, id),
    read: async (tenant, id) => (await objects.get(tenant, objectKeyOf(id)))?.body,
    async keep({ content, ...file }) {
      if (await findFile(database, file.tenant, file.id)) return
      const { sizeBytes } = await objects.put(file.tenant, objectKeyOf(file.id), content)
      await insertFile(database, { ...file, sizeBytes, batchId: undefined, createdAt: new Date() })
    },
  }
}
