import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createLogger, type ObjectStore, openObjectStore } from '../src/foundation/platform/index.ts'
import { createAudit } from '../src/govern/audit/index.ts'
import { createKeyRing, type KeyRing, sealObjects } from '../src/govern/privacy/index.ts'
import { localMasterKey } from '../src/govern/privacy/master-key.ts'
import {
  createRegistry,
  type EvaluationFacts,
  type ModelRegistry,
  type RegistryCaller,
  type AliasMove,
  type RegistryChange,
  type RegistryContext,
  type RegistryPorts,
} from '../src/improve/registry/index.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'

export interface TestRegistry extends AsyncDisposable {
  readonly test: TestDatabase
  readonly folder: string
  readonly objects: ObjectStore
  readonly registry: ModelRegistry
  readonly context: RegistryContext
  readonly caller: RegistryCaller
  readonly changes: RegistryChange[]
  /** Aliases that moved, as others are told. */
  readonly moves: AliasMove[]
  /** Runs of suites that there are. */
  readonly evaluations: Map<string, EvaluationFacts>
  /** VERSION SUBJECT of each pin. */
  readonly pins: Set<string>
  /** KEY PERMISSION that is missing. */
  readonly lacking: Set<string>
  /** What finds out about signature, bill of materials and card; whatever there is of them is missing, until another is put here. */
  readonly proving: { prove: RegistryPorts['prove'] }
  readonly keys: KeyRing
  /** Milliseconds that the clock is ahead. */
  readonly clock: { aheadMs: number }
}

/** A registry on real Postgres and a folder of sealed objects; what other domains would say is in maps. */
export async function createTestRegistry(): Promise<TestRegistry> {
  const test = await createTestDatabase()
  const folder = await mkdtemp(path.join(tmpdir(), 'slipway-registry-'))
  const { database } = test
  const logger = createLogger({ level: 'silent' })
  const audit = createAudit({ database })
  const keys = await createKeyRing({
    database,
    audit,
    logger,
    masters: [localMasterKey(Buffer.alloc(32, 1))],
  })
  const objects = openObjectStore({ kind: 'folder', directory: path.join(folder, 'objects') })
  const evaluations = new Map<string, EvaluationFacts>()
  const pins = new Set<string>()
  const lacking = new Set<string>()
  const changes: RegistryChange[] = []
  const moves: AliasMove[] = []
  const proving: TestRegistry['proving'] = {
    prove: async (_, wanted) =>
      wanted.map(proof => ({ proof, isVerified: false, explanation: `Its ${proof} is missing.` })),
  }
  const clock = { aheadMs: 0 }
  const context: RegistryContext = {
    database,
    audit,
    objects: sealObjects(objects, keys),
    logger,
    onChange: change => changes.push(change),
    tellMoved: async (_, move) => void moves.push(move),
    now: () => Date.now() + clock.aheadMs,
    ports: {
      findEvaluation: async (_, id) => evaluations.get(id),
      datasets: {
        resolve: async (_, reference) => {
          const [name = '', number = '1'] = reference.split('@')
          return { name, id: `${name}-${number}`.padEnd(64, '0'), number: Number(number) }
        },
        pin: async ({ versionId, subject }) => void pins.add(`${versionId} ${subject}`),
        unpin: async ({ versionId, subject }) => void pins.delete(`${versionId} ${subject}`),
      },
      prove: async (version, wanted, options) => await proving.prove(version, wanted, options),
      mayUse: (keyId, permission) => !lacking.has(`${keyId} ${permission}`),
    },
  }
  return {
    test,
    folder,
    objects,
    registry: createRegistry(context),
    context,
    caller: { tenant: 'acme', author: 'ada', keyId: 'key-ada' },
    changes,
    moves,
    evaluations,
    pins,
    lacking,
    proving,
    keys,
    clock,
    async [Symbol.asyncDispose]() {
      await keys.stop()
      await test[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
