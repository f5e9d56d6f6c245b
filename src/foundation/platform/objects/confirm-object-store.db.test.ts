import { describe, expect, it } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createTestDatabase } from '../../../../test/database.ts'
import { s3Credentials, startS3Server } from '../../../../test/s3-server.ts'
import { createLogger } from '../logger.ts'
import { confirmObjectStore } from './confirm-object-store.ts'
import { type ObjectStore, openObjectStore } from './object-store.ts'

const logger = createLogger({ level: 'silent' })

async function openFolder(): Promise<{ store: ObjectStore } & AsyncDisposable> {
  const directory = await mkdtemp(path.join(tmpdir(), 'slipway-objects-'))
  return {
    store: openObjectStore({ kind: 'folder', directory }),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  }
}

describe('confirmObjectStore', () => {
  it('lets in the servers that share a store, and tells another how to mend it', async () => {
    await using own = await createTestDatabase()
    await using shared = await openFolder()
    await using other = await openFolder()
    const { database } = own
    const confirm = (store: ObjectStore) => confirmObjectStore({ database, store, logger })
    // several first ones at once
    await Promise.all([confirm(shared.store), confirm(shared.store), confirm(shared.store)])
    await confirm(shared.store)
    const refused = await confirm(other.store).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'invalid_environment' })
    const marker = /`(installation\/[^`]+)`/.exec(String(refused))?.[1] ?? ''
    expect(await shared.store.head(marker)).toBeDefined()
    // what the message says for a store that is lost
    await other.store.put(marker, '')
    await confirm(other.store)
  })

  it('does not keep a server from starting while the store is away', async () => {
    await using own = await createTestDatabase()
    const { database } = own
    const place = { bucket: 'models', region: 'eu-central-1' }
    const server = startS3Server(place)
    const store = openObjectStore({
      kind: 's3',
      ...place,
      ...s3Credentials,
      endpoint: server.endpoint,
      prefix: '',
    })
    await confirmObjectStore({ database, store, logger })
    await server[Symbol.asyncDispose]()
    await confirmObjectStore({ database, store, logger })
  })
})
