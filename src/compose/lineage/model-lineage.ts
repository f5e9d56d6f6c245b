import { type Database, Failure } from '../../foundation/platform/index.ts'
import type { LineageNode, LineageSource, LineageStep } from '../../improve/lineage/index.ts'
import {
  findTrackedRun,
  listLineageOf,
  listServingsOfVersions,
  listVersionsFrom,
  type ModelRegistry,
} from '../../improve/registry/index.ts'
import { findJob } from '../../improve/training/index.ts'
import { isUuid } from './is-uuid.ts'
import { datasetNodes, findPipelineNode, jobNode, modelNodes, servingNode } from './lineage-nodes.ts'

/** Versions of models: what they come from, what was made of them, and which engines have had them. */
export function createModelLineage({
  database,
  registry,
}: {
  readonly database: Database
  readonly registry: Pick<ModelRegistry, 'resolve'>
}): LineageSource {
  const comingFrom =
    (kind: 'dataset' | 'run' | 'model', subjectOf: (id: string) => string) =>
    async (node: LineageNode, _: unknown, limit: number): Promise<LineageStep[]> => {
      const found = await listVersionsFrom(
        database,
        node.tenant,
        { kind, subject: subjectOf(node.id) },
        limit,
      )
      const nodes = await modelNodes(
        database,
        node.tenant,
        found.map(({ versionId }) => versionId),
      )
      return found.flatMap(({ versionId, role }) => {
        const version = nodes.get(versionId)
        // a run's role is its kind, which its own node says
        return version ? [{ node: version, role: kind === 'run' ? 'made' : role }] : []
      })
    }
  const runNode = async (tenant: string, subject: string): Promise<LineageNode | undefined> => {
    const [kind, id = ''] = subject.split(':', 2)
    if (kind === 'training') {
      const job = await findJob(database, tenant, id)
      return job && jobNode(job)
    }
    if (kind === 'mlflow') return await trackingNode(tenant, id)
    return await findPipelineNode(database, tenant, id)
  }
  const trackingNode = async (tenant: string, id: string): Promise<LineageNode | undefined> => {
    const run = await findTrackedRun(database, tenant, id)
    return (
      run && {
        kind: 'tracking',
        id: run.id,
        tenant,
        label: run.name,
        at: new Date(run.startMs),
        state: run.status.toLowerCase(),
        details: { user: run.userId },
      }
    )
  }

  return {
    find: {
      async model(reference, tenant, scope) {
        if (isUuid(reference)) return (await modelNodes(database, scope.tenant, [reference])).get(reference)
        try {
          const { id } = await registry.resolve(tenant, reference)
          return (await modelNodes(database, tenant, [id])).get(id)
        } catch (error) {
          if (error instanceof Failure && error.code === 'not_found') return undefined
          throw error
        }
      },
      tracking: async (reference, tenant) => await trackingNode(tenant, reference),
    },
    up: {
      async model(node, scope) {
        const rows = await listLineageOf(database, node.id)
        const subjects = (kind: string): string[] =>
          rows.filter(row => row.kind === kind).map(({ subject }) => subject)
        const datasets = await datasetNodes(database, scope.tenant, subjects('dataset'))
        const models = await modelNodes(database, scope.tenant, subjects('model'))
        const steps: LineageStep[] = []
        for (const { kind, subject, role } of rows) {
          const found =
            kind === 'dataset'
              ? datasets.get(subject)
              : kind === 'model'
                ? models.get(subject)
                : await runNode(node.tenant, subject)
          if (found) steps.push({ node: found, role: kind === 'run' ? 'made' : role })
        }
        return steps
      },
    },
    down: {
      dataset: comingFrom('dataset', id => id),
      training: comingFrom('run', id => `training:${id}`),
      pipeline: comingFrom('run', id => `pipeline:${id}`),
      tracking: comingFrom('run', id => `mlflow:${id}`),
      async model(node, scope, limit) {
        const servings = await listServingsOfVersions(database, [node.id])
        return [
          ...(await comingFrom('model', id => id)(node, scope, limit)),
          ...servings.slice(0, limit).map(serving => ({ node: servingNode(serving), role: 'served' })),
        ]
      },
    },
  }
}
