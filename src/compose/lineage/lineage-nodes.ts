import type { Database } from '../../foundation/platform/index.ts'
import { findVersionOrigins, type VersionOrigin } from '../../improve/datasets/index.ts'
import type { Run as EvaluationRun } from '../../improve/evaluation/index.ts'
import type { LineageNode } from '../../improve/lineage/index.ts'
import { findRun as findPipelineRun } from '../../improve/pipelines/index.ts'
import {
  findVersionsById,
  listAliases,
  listServingsOfVersions,
  type ModelVersion,
  type Serving,
} from '../../improve/registry/index.ts'
import type { TrainingJob } from '../../improve/training/index.ts'
import type { Inference } from '../../observe/traces/index.ts'
import { isUuid } from './is-uuid.ts'

export async function datasetNodes(
  database: Database,
  tenant: string | undefined,
  ids: readonly string[],
): Promise<ReadonlyMap<string, LineageNode>> {
  const found = await findVersionOrigins(database, tenant, ids)
  return new Map(found.map(version => [version.id, datasetNode(version)]))
}

export function datasetNode(version: VersionOrigin): LineageNode {
  const { source } = version
  return {
    kind: 'dataset',
    id: version.id,
    tenant: version.tenant,
    label: `${version.dataset}@${version.number}`,
    at: version.createdAt,
    state: undefined,
    details: {
      dataset: version.dataset,
      number: version.number,
      rows: version.rows,
      source: source.kind,
      author: version.author,
      ...('from' in source && { from: source.from, to: source.to }),
    },
  }
}
export function jobNode(job: TrainingJob): LineageNode {
  return {
    kind: 'training',
    id: job.id,
    tenant: job.tenant,
    label: job.id,
    at: job.createdAt,
    state: job.state,
    details: { trainer: job.trainer, method: job.method, base: job.model, author: job.author },
  }
}

export function evaluationNode(run: EvaluationRun): LineageNode {
  return {
    kind: 'evaluation',
    id: run.id,
    tenant: run.tenant,
    label: run.suite,
    at: run.createdAt,
    state: run.verdict ?? run.state,
    details: {
      suite: run.suite,
      version: run.suiteVersion,
      releases: run.plan.releases.map(({ name }) => name),
      author: run.author,
    },
  }
}
/** A run of a pipeline, by its id. */
export async function findPipelineNode(
  database: Database,
  tenant: string | undefined,
  id: string,
): Promise<LineageNode | undefined> {
  const run = isUuid(id) ? await findPipelineRun(database, tenant, id) : undefined
  return (
    run && {
      kind: 'pipeline',
      id: run.id,
      tenant: run.tenant,
      label: run.pipeline,
      at: run.createdAt,
      state: run.state,
      details: { pipeline: run.pipeline, version: run.version, author: run.author },
    }
  )
}

export async function modelNodes(
  database: Database,
  tenant: string | undefined,
  ids: readonly string[],
): Promise<ReadonlyMap<string, LineageNode>> {
  const versions = await findVersionsById(database, tenant, ids)
  const aliases = await listAliases(
    database,
    versions.map(({ modelId }) => modelId),
  )
  const servings = await listServingsOfVersions(
    database,
    versions.map(({ id }) => id),
    new Date(),
  )
  const toNode = (version: ModelVersion & { readonly isDeleted: boolean }): LineageNode => {
    const engines = servings.filter(({ versionId }) => versionId === version.id).map(({ engine }) => engine)
    return {
      kind: 'model',
      id: version.id,
      tenant: version.tenant,
      label: `${version.model}@${version.number}`,
      at: version.createdAt,
      state: version.isDeleted ? 'deleted' : engines.length > 0 ? 'live' : undefined,
      details: {
        model: version.model,
        number: version.number,
        digest: version.digest,
        format: version.format,
        author: version.author,
        aliases: aliases.filter(({ versionId }) => versionId === version.id).map(({ name }) => name),
        engines: [...new Set(engines)],
      },
    }
  }
  return new Map(versions.map(version => [version.id, toNode(version)]))
}
export function servingNode(serving: Serving): LineageNode {
  return {
    kind: 'serving',
    id: serving.id,
    tenant: serving.tenant,
    label: serving.engine,
    at: serving.startedAt,
    state: serving.endedAt === undefined ? 'live' : 'ended',
    details: {
      engine: serving.engine,
      server: serving.server,
      releases: [...serving.releases],
      until: serving.endedAt?.toISOString() ?? null,
    },
  }
}

export function inferenceNode(inference: Inference): LineageNode {
  return {
    kind: 'inference',
    id: inference.id,
    tenant: inference.tenant,
    label: inference.service,
    at: new Date(inference.startedAtMs),
    state: inference.outcome,
    details: {
      service: inference.service,
      release: inference.release ?? null,
      target: inference.target ?? null,
    },
  }
}
