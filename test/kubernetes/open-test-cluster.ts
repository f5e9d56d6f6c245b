import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Cluster, openCluster } from '../../src/foundation/cluster/index.ts'
import type { ClusterPlace } from '../../src/foundation/config/index.ts'
import { createLogger, openObjectStore } from '../../src/foundation/platform/index.ts'
import { createAudit } from '../../src/govern/audit/index.ts'
import { createKeyRing, sealObjects } from '../../src/govern/privacy/index.ts'
import { localMasterKey } from '../../src/govern/privacy/master-key.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { type FakeCluster, namespace, startFakeCluster } from './fake-cluster.ts'

export interface TestCluster extends AsyncDisposable {
  readonly fake: FakeCluster
  readonly cluster: Cluster
  readonly database: TestDatabase
  /** Where couriers come to. */
  readonly url: string
  readonly place: ClusterPlace
  readonly folder: string
}

/** A fake cluster, and what of the server its pods reach: real Postgres, a real object store, the real exchange. */
export async function openTestCluster(): Promise<TestCluster> {
  const folder = await mkdtemp(path.join(tmpdir(), 'slipway-exchange-'))
  const [fake, database] = await Promise.all([startFakeCluster(), createTestDatabase()])
  const logger = createLogger({ level: 'silent' })
  const keys = await createKeyRing({
    database: database.database,
    audit: createAudit(database),
    logger,
    masters: [localMasterKey(Buffer.alloc(32, 1))],
  })
  const objects = openObjectStore({ kind: 'folder', directory: path.join(folder, 'objects') })
  const cluster = openCluster({
    database: database.database,
    objects: sealObjects(objects, keys),
    logger,
    folder: () => folder,
  })
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 0,
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    fetch: request => cluster.serve(request, new URL(request.url).pathname),
  })
  return {
    fake,
    cluster,
    database,
    url: server.url.origin,
    folder,
    place: {
      kubeconfig: fake.kubeconfig,
      namespace,
      serverUrl: server.url.origin,
      courierImage: 'node:22-alpine',
      imagePullSecrets: [],
      nodeSelector: {},
      tolerations: [],
      labels: {},
      user: 65_532,
      workVolume: '1Gi',
      graceSeconds: 20,
      keepSeconds: 3_600,
      imageWaitMinutes: 1,
    },
    async [Symbol.asyncDispose]() {
      await fake[Symbol.asyncDispose]()
      await server.stop(true)
      await keys.stop()
      await database[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
