import type { Database } from '../../foundation/platform/index.ts'
import { findRun as findEvaluation, listRunsOnVersion } from '../../improve/evaluation/index.ts'
import type { LineageNode, LineageSource, LineageStep } from '../../improve/lineage/index.ts'
import { listDatasetsOfRun, listRunsOfDataset } from '../../improve/pipelines/index.ts'
import { findJob, listJobsOnVersion, type TrainingJob } from '../../improve/training/index.ts'
import { isUuid } from './is-uuid.ts'
import { datasetNodes, evaluationNode, findPipelineNode, jobNode } from './lineage-nodes.ts'

/** Training jobs, runs of suites and runs of pipelines, with the versions of datasets that they took and left. */
export function createWorkLineage({ database }: { readonly database: Database }): LineageSource {
  const datasets = async (
    tenant: string | undefined,
    wanted: readonly { readonly id: string; readonly role: string }[],
  ): Promise<LineageStep[]> => {
    const nodes = await datasetNodes(
      database,
      tenant,
      wanted.map(({ id }) => id),
    )
    return wanted.flatMap(({ id, role }) => {
      const node = nodes.get(id)
      return node ? [{ node, role }] : []
    })
  }
  const pipelineSteps = async (
    node: LineageNode,
    isMade: boolean,
    limit: number,
    role: string,
  ): Promise<LineageStep[]> => {
    const steps: LineageStep[] = []
    for (const id of await listRunsOfDataset(database, node.tenant, node.id, isMade, limit)) {
      const run = await findPipelineNode(database, node.tenant, id)
      if (run) steps.push({ node: run, role })
    }
    return steps
  }
  const datasetsOfRun = async (node: LineageNode, isMade: boolean, role: string): Promise<LineageStep[]> =>
    await datasets(
      node.tenant,
      (await listDatasetsOfRun(database, node.id))
        .filter(one => one.isMade === isMade)
        .map(({ versionId }) => ({ id: versionId, role })),
    )
  const trainingData = async (node: LineageNode): Promise<LineageStep[]> => {
    const job = await findJob(database, node.tenant, node.id)
    return job ? await datasets(job.tenant, dataOf(job)) : []
  }
  const evaluationData = async (node: LineageNode): Promise<LineageStep[]> => {
    const run = await findEvaluation(database, node.tenant, node.id)
    return run ? await datasets(run.tenant, [{ id: run.plan.dataset.versionId, role: 'evaluation' }]) : []
  }

  return {
    find: {
      async training(reference, _, scope) {
        const job = await findJob(database, scope.tenant, reference)
        return job && jobNode(job)
      },
      async evaluation(reference, _, scope) {
        const run = isUuid(reference) ? await findEvaluation(database, scope.tenant, reference) : undefined
        return run && evaluationNode(run)
      },
      pipeline: async (reference, _, scope) => await findPipelineNode(database, scope.tenant, reference),
    },
    up: {
      training: async node => await trainingData(node),
      evaluation: async node => await evaluationData(node),
      pipeline: async node => await datasetsOfRun(node, false, 'input'),
      dataset: async (node, _, limit) => await pipelineSteps(node, true, limit, 'made'),
    },
    down: {
      async dataset(node, _, limit) {
        const jobs = await listJobsOnVersion(database, node.tenant, node.id, limit)
        const runs = await listRunsOnVersion(database, node.tenant, node.id, limit)
        return [
          ...jobs.map(job => ({
            node: jobNode(job),
            role: dataOf(job).find(({ id }) => id === node.id)?.role ?? 'training',
          })),
          ...runs.map(run => ({ node: evaluationNode(run), role: 'evaluation' })),
          ...(await pipelineSteps(node, false, limit, 'input')),
        ]
      },
      pipeline: async node => await datasetsOfRun(node, true, 'made'),
    },
  }
}

function dataOf({ data }: TrainingJob): { readonly id: string; readonly role: string }[] {
  const found = [
    { source: data.train.source, role: 'training' },
    { source: data.validation?.source, role: 'validation' },
  ]
  return found.flatMap(({ source, role }) =>
    source?.kind === 'dataset' ? [{ id: source.versionId, role }] : [],
  )
}
