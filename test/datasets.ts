import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createLogger, type ObjectStore, openObjectStore } from '../src/foundation/platform/index.ts'
import { createAudit } from '../src/govern/audit/index.ts'
import { createKeyRing, sealObjects } from '../src/govern/privacy/index.ts'
import {
  type DatasetCaller,
  openDatasets,
  type OpenDatasets,
  type OpenDatasetsOptions,
} from '../src/improve/datasets/index.ts'
import { localMasterKey } from '../src/govern/privacy/master-key.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'

export interface TestDatasets extends OpenDatasets, AsyncDisposable {
  readonly test: TestDatabase
  readonly folder: string
  readonly objects: ObjectStore
  readonly caller: DatasetCaller
}

/** A whole version store of its own: real Postgres, a folder of objects, a data worker. */
export async function createTestDatasets(
  options: Partial<Pick<OpenDatasetsOptions, 'gate' | 'checkDefinition' | 'now'>> & {
    readonly settings?: Partial<ReturnType<OpenDatasetsOptions['settings']>>
    /** Of another that is, or was, on the same database and folder. */
    readonly beside?: TestDatasets
  } = {},
): Promise<TestDatasets> {
  const { beside, settings, ...given } = options
  const test = beside?.test ?? (await createTestDatabase())
  const folder = beside?.folder ?? (await mkdtemp(path.join(tmpdir(), 'slipway-datasets-')))
  const { database } = test
  const audit = createAudit({ database })
  const logger = createLogger({ level: 'silent' })
  const keys = await createKeyRing({
    database,
    audit,
    logger,
    masters: [localMasterKey(Buffer.alloc(32, 1))],
  })
  const objects = openObjectStore({ kind: 'folder', directory: path.join(folder, 'objects') })
  const opened = await openDatasets({
    database,
    audit,
    objects: sealObjects(objects, keys),
    folder: path.join(folder, beside ? 'beside' : 'datasets'),
    logger,
    settings: () => ({
      workers: 1,
      memoryMegabytes: 256,
      threads: 1,
      spillMegabytes: 1_000,
      cacheMegabytes: 500,
      ...settings,
    }),
    ...given,
  })
  return {
    ...opened,
    test,
    folder,
    objects,
    caller: { tenant: 'acme', author: 'ada', keyId: 'key-1' },
    async [Symbol.asyncDispose]() {
      await opened.stop()
      await keys.stop()
      if (beside) return
      await test[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
