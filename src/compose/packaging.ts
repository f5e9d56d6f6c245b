import { Counter } from 'prom-client'
import type { ConfigSnapshot, ConfigSource } from '../foundation/config/index.ts'
import type { Database, Logger, MetricsRegistry } from '../foundation/platform/index.ts'
import type { Access } from '../govern/access/index.ts'
import type { Audit } from '../govern/audit/index.ts'
import type { KeyRing } from '../govern/privacy/index.ts'
import { findRun, type RunReport } from '../improve/evaluation/index.ts'
import {
  createPackaging,
  type DeclaredRegistry,
  type EvaluationScore,
  type PackagingChange,
  type PackagingContext,
  type PackagingPorts,
  packagingRoutes,
} from '../improve/packaging/index.ts'
import type { ModelRegistry } from '../improve/registry/index.ts'
import { findTrainingJob } from '../improve/training/index.ts'

interface PackagingParts {
  readonly database: Database
  readonly keys: KeyRing
  readonly access: Access
  readonly audit: Audit
  readonly logger: Logger
  readonly registry: MetricsRegistry
  readonly models: ModelRegistry
  readonly configuration: ConfigSource
}

/** Cards, bills of materials, signatures and packages of models, with what evaluation and training know of them. */
export function composePackaging(parts: PackagingParts) {
  const { database, keys, audit, logger, models } = parts
  const context: PackagingContext = {
    database,
    audit,
    keys,
    logger,
    registry: models,
    ports: createPorts(database),
    registries: tenant => registriesOf(parts.configuration.current(), tenant),
    onChange: createPackagingMetrics(parts.registry),
    now: Date.now,
  }
  const { packaging, worker } = createPackaging(context)
  return { packaging, worker, routes: packagingRoutes({ packaging, registry: models, access: parts.access }) }
}

/** What the configuration declares for a tenant. */
function registriesOf(snapshot: ConfigSnapshot, tenant: string): ReadonlyMap<string, DeclaredRegistry> {
  return new Map(
    Object.entries(snapshot.config.packaging.registries)
      .filter(([, { tenants }]) => tenants.includes(tenant))
      .map(([name, { url, prefix = '', username, plainHttp }]) => {
        const password = snapshot.secret(`packaging.registries.${name}.password`)
        return [
          name,
          {
            name,
            url,
            prefix,
            credentials:
              username === undefined || password === undefined ? undefined : { username, password },
            allowsPlainHttp: plainHttp,
          },
        ]
      }),
  )
}

function createPackagingMetrics(registry: MetricsRegistry): (change: PackagingChange) => void {
  const registers = [registry]
  const proofs = new Counter({
    name: 'slipway_model_proofs_total',
    help: 'Signatures, bills of materials and cards that were looked at, by what was found.',
    labelNames: ['proof', 'outcome'],
    registers,
  })
  const signed = new Counter({
    name: 'slipway_model_signatures_total',
    help: 'Versions of models that were signed.',
    registers,
  })
  const transfers = new Counter({
    name: 'slipway_model_transfers_total',
    help: 'Versions of models that were sent to other registries (`out`) or taken from them (`in`).',
    labelNames: ['direction', 'outcome'],
    registers,
  })
  const moved = new Counter({
    name: 'slipway_model_transferred_bytes_total',
    help: 'Bytes of versions that were sent to other registries or taken from them, or were there already.',
    labelNames: ['direction'],
    registers,
  })
  return change => {
    if (change.kind === 'transfer') {
      transfers.inc({ direction: change.direction, outcome: change.outcome })
      moved.inc({ direction: change.direction }, change.bytes)
    } else if (change.kind === 'proof') proofs.inc({ proof: change.proof, outcome: change.outcome })
    else if (change.kind === 'signed') signed.inc()
  }
}

function createPorts(database: Database): PackagingPorts {
  return {
    findTraining: async (tenant, id) => {
      const job = await findTrainingJob(database, tenant, id)
      if (!job) return undefined
      const { train, validation } = job.data
      return {
        id: job.id,
        state: job.state,
        base: job.model,
        trainer: job.trainer,
        method: job.method,
        seed: job.spec.seed,
        hyperparameters: job.spec.hyperparameters,
        data: [
          { use: 'training' as const, data: train },
          ...(validation ? [{ use: 'validation' as const, data: validation }] : []),
        ].map(({ use, data: { source, found } }) => ({
          use,
          name:
            source.kind === 'file'
              ? source.filename
              : `${source.name}@${source.versionNumber}${source.split === null ? '' : `:${source.split}`}`,
          examples: found?.examples,
          sha256: found?.sha256,
        })),
        steps: job.steps,
        tokensSeen: job.tokensSeen,
        trainingLoss: job.trainingLoss,
        validationLoss: job.validationLoss,
        finishedAt: job.finishedAt,
      }
    },
    findEvaluation: async (tenant, id) => {
      const run = isUuid(id) ? await findRun(database, tenant, id) : undefined
      if (!run) return undefined
      const { dataset, releases } = run.plan
      return {
        id: run.id,
        suite: run.suite,
        state: run.state,
        verdict: run.verdict,
        dataset: {
          name: dataset.name,
          version: dataset.versionId,
          number: dataset.versionNumber,
          split: dataset.split,
        },
        engines: releases
          .flatMap(({ targets }) => targets)
          .flatMap(target => (target.startsWith('engine:') ? [target.slice('engine:'.length)] : [])),
        startedAt: run.startedAt,
        endedAt: run.endedAt,
        scores: scoresOf(run.report as RunReport | undefined),
      }
    },
  }
}

function scoresOf(report: RunReport | undefined | null): EvaluationScore[] {
  return (report?.releases ?? []).flatMap(({ release, scores }) =>
    scores.flatMap(({ evaluator, mean, passRate }) =>
      [
        { measure: 'mean' as const, estimate: mean },
        { measure: 'pass_rate' as const, estimate: passRate },
      ].flatMap(({ measure, estimate }) =>
        estimate
          ? [
              {
                release,
                evaluator,
                examples: estimate.n,
                measure,
                value: estimate.mean,
                low: estimate.low,
                high: estimate.high,
                confidence: estimate.confidence,
              },
            ]
          : [],
      ),
    ),
  )
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text)
}
