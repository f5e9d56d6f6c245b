import type { ClaimLoop } from '../src/foundation/platform/index.ts'
import {
  createPackaging,
  type DeclaredRegistry,
  type EvaluationFacts,
  type Packaging,
  type PackagingChange,
  type PackagingContext,
  type TrainingFacts,
} from '../src/improve/packaging/index.ts'
import { createTestRegistry, type TestRegistry } from './registry.ts'

export interface TestPackaging extends AsyncDisposable {
  readonly house: TestRegistry
  readonly packaging: Packaging
  readonly context: PackagingContext
  readonly changes: PackagingChange[]
  /** Works on transfers once it is started. */
  readonly worker: ClaimLoop
  /** What every tenant may use. */
  readonly registries: Map<string, DeclaredRegistry>
  readonly jobs: Map<string, TrainingFacts>
  readonly runs: Map<string, EvaluationFacts>
}

/** Packaging over a registry on real Postgres, whose rules it answers; what evaluation and training would say is in maps. */
export async function createTestPackaging(): Promise<TestPackaging> {
  const house = await createTestRegistry()
  const changes: PackagingChange[] = []
  const jobs = new Map<string, TrainingFacts>()
  const runs = new Map<string, EvaluationFacts>()
  const registries = new Map<string, DeclaredRegistry>()
  const { database, audit, logger, now } = house.context
  const context: PackagingContext = {
    database,
    audit,
    logger,
    now,
    keys: house.keys,
    registry: house.registry,
    ports: { findTraining: async (_, id) => jobs.get(id), findEvaluation: async (_, id) => runs.get(id) },
    registries: () => registries,
    onChange: change => changes.push(change),
  }
  const { packaging, worker } = createPackaging(context)
  house.proving.prove = async (version, wanted, options) => await packaging.prove(version, wanted, options)
  return {
    house,
    packaging,
    context,
    changes,
    worker,
    registries,
    jobs,
    runs,
    [Symbol.asyncDispose]: async () => await house[Symbol.asyncDispose](),
  }
}
