import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Registry } from 'prom-client'
import { type Cluster, openCluster } from '../src/foundation/cluster/index.ts'
import { createLogger, openObjectStore } from '../src/foundation/platform/index.ts'
import type { Principal } from '../src/govern/access/index.ts'
import { createAudit, systemActor } from '../src/govern/audit/index.ts'
import { createKeyRing, sealObjects } from '../src/govern/privacy/index.ts'
import { localMasterKey } from '../src/govern/privacy/master-key.ts'
import {
  type OpenPipelines,
  openPipelines,
  type OpenPipelinesOptions,
  type StageKind,
  tellEvent,
} from '../src/improve/pipelines/index.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { until } from './until.ts'

export interface TestStage {
  readonly name: string
  readonly state: string
  readonly cache: 'run' | 'hit' | undefined
  readonly cacheWhy: string | undefined
  readonly attempts: number
  readonly failures: number
  readonly interruptions: number
  readonly error: { readonly code: string; readonly message: string } | undefined
}

export interface TestPipelines extends OpenPipelines, AsyncDisposable {
  readonly test: TestDatabase
  readonly folder: string
  readonly principal: Principal
  /** Defines a pipeline, begins a run and says its id. */
  begin(text: string, parameters?: Readonly<Record<string, unknown>>): Promise<string>
  state(id: string): Promise<string>
  /** Waits for the end; the stages by name. */
  end(id: string): Promise<{ readonly state: string; readonly stages: Readonly<Record<string, TestStage>> }>
  stages(id: string): Promise<Readonly<Record<string, TestStage>>>
  value(id: string, stage: string, name: string): Promise<unknown>
  log(id: string): Promise<string>
  /** Stores a pipeline as its next version. */
  define(text: string): Promise<void>
  /** Writes an event as whoever it happens to does. */
  tell(event: Parameters<typeof tellEvent>[1]): Promise<void>
}

const tenant = 'default'

/** Pipelines of their own: real Postgres, a folder of objects, real processes. */
export async function createTestPipelines(
  options: {
    readonly kinds?: readonly StageKind[]
    readonly secrets?: Readonly<Record<string, string>>
    readonly settings?: Partial<ReturnType<OpenPipelinesOptions['settings']>['commands']>
    /** Of another that is, or was, on the same database and objects. */
    readonly beside?: TestPipelines
    readonly executors?: ReturnType<OpenPipelinesOptions['settings']>['executors']
    readonly cluster?: Cluster
    readonly usdPerHour?: Readonly<Record<string, number>>
    readonly isStarted?: boolean
  } = {},
): Promise<TestPipelines> {
  const { beside, secrets = {} } = options
  const test = beside?.test ?? (await createTestDatabase())
  const folder = beside?.folder ?? (await mkdtemp(path.join(tmpdir(), 'slipway-pipelines-')))
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
  const opened = openPipelines({
    database,
    objects: sealObjects(objects, keys),
    audit,
    access: { visibleTenant: (_, asked) => asked },
    logger,
    registry: new Registry(),
    settings: () => ({
      commands: {
        allow: true,
        process: true,
        tenants: [tenant],
        atOnce: 4,
        secrets: Object.fromEntries(Object.keys(secrets).map(name => [name, { env: name }])),
        mostMemoryMegabytes: 1_024,
        mostDiskMegabytes: 100,
        ...options.settings,
      },
      executors: options.executors ?? {},
      usdPerHour: options.usdPerHour ?? {},
      retentionDays: 90,
      logKilobytes: 64,
    }),
    secret: name => secrets[name],
    folder: path.join(folder, beside ? 'work-beside' : 'work'),
    graceMs: 500,
    kinds: options.kinds ?? [],
    cluster:
      options.cluster ??
      openCluster({ database, objects: sealObjects(objects, keys), logger, folder: () => folder }),
  })
  if (options.isStarted !== false) await opened.start()
  const principal: Principal = {
    keyId: '0199aaaa-0000-7000-8000-000000000001',
    keyName: 'ada',
    role: 'owner',
    tenant: undefined,
    services: undefined,
  }

  async function stages(id: string): Promise<Readonly<Record<string, TestStage>>> {
    const rows = await database.query<{
      name: string
      state: string
      cache: 'run' | 'hit' | null
      cache_why: string | null
      attempts: number
      failures: number
      interruptions: number
      error_code: string | null
      error_message: string | null
    }>('SELECT * FROM pipeline_stages WHERE run_id = $1 ORDER BY ordinal', [id])
    return Object.fromEntries(
      rows.map(row => [
        row.name,
        {
          name: row.name,
          state: row.state,
          cache: row.cache ?? undefined,
          cacheWhy: row.cache_why ?? undefined,
          attempts: row.attempts,
          failures: row.failures,
          interruptions: row.interruptions,
          error:
            row.error_code === null ? undefined : { code: row.error_code, message: row.error_message ?? '' },
        },
      ]),
    )
  }
  async function state(id: string): Promise<string> {
    const [row] = await database.query<{ state: string }>('SELECT state FROM pipeline_runs WHERE id = $1', [
      id,
    ])
    return row?.state ?? 'none'
  }

  return {
    ...opened,
    test,
    folder,
    principal,
    stages,
    state,
    async begin(text, parameters = {}) {
      const defined = await opened.pipelines.define(
        { principal, tenant, requestId: 'test' },
        text,
        'pipeline.yaml',
      )
      const run = await opened.pipelines.begin(
        { tenant, actor: systemActor('test'), author: principal.keyName, keyId: principal.keyId },
        { pipeline: defined.name, parameters, usesCache: true, trigger: 'api' },
      )
      return run?.id ?? ''
    },
    async define(text) {
      await opened.pipelines.define({ principal, tenant, requestId: 'test' }, text, 'pipeline.yaml')
    },
    async tell(event) {
      await database.transaction(async transaction => await tellEvent(transaction, event))
    },
    async end(id) {
      await until(async () => ['succeeded', 'failed', 'cancelled', 'skipped'].includes(await state(id)), {
        limitMs: 60_000,
      })
      return { state: await state(id), stages: await stages(id) }
    },
    async value(id, stage, name) {
      const [row] = await database.query<{ value: unknown }>(
        'SELECT value FROM pipeline_artifacts WHERE run_id = $1 AND stage = $2 AND name = $3',
        [id, stage, name],
      )
      return row?.value
    },
    async log(id) {
      const rows = await database.query<{ text: string }>(
        'SELECT text FROM pipeline_logs WHERE run_id = $1 ORDER BY sequence',
        [id],
      )
      return rows.map(({ text }) => text).join('\n')
    },
    async [Symbol.asyncDispose]() {
      await opened.stop(2_000)
      await opened.endLiveStreams()
      await keys.stop()
      if (beside) return
      await test[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
