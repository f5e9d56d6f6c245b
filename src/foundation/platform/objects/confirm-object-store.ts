import type { Database } from '../database.ts'
import { Failure } from '../failure.ts'
import { createId } from '../identifiers.ts'
import type { Logger } from '../logger.ts'
import { keepMarker, readMarker } from './marker-store.ts'
import type { ObjectStore } from './object-store.ts'

/**
 * Makes sure that this server's object store is the one that the database knows the objects of: the first server leaves a
 * marker in it, the others look for that. Fails with `invalid_environment` where it is another store, since a server
 * there would write what the others cannot read. A store that cannot be reached now is taken on trust.
 */
export async function confirmObjectStore(parts: {
  readonly database: Database
  readonly store: ObjectStore
  readonly logger: Logger
}): Promise<void> {
  const { database, store, logger } = parts
  try {
    const marker = (await readMarker(database)) ?? (await leaveMarker(database, store))
    if ((await store.head(marker)) === undefined) throw strangeStore(marker)
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'storage_unavailable')) throw error
    logger.warn(
      { err: error },
      'The object store could not be reached, so nobody knows whether it is the right one.',
    )
  }
}

/** The object first: after a crash in between another is left, and nobody is locked out. */
async function leaveMarker(database: Database, store: ObjectStore): Promise<string> {
  const marker = `installation/${createId()}`
  await store.put(marker, "Servers of one database find each other's object store by this.\n")
  return await keepMarker(database, marker)
}

function strangeStore(marker: string): Failure {
  const message = `This server keeps its objects elsewhere than the other servers of its database, or than it did before: there is no object \`${marker}\` in its store. Set SLIPWAY_OBJECT_STORE to the bucket or folder that they use. If you have moved the store, copy all of its objects. If it is lost, put an empty object of that name into the new one: files, batches and datasets of before are lost then.`
  return new Failure('invalid_environment', message)
}
