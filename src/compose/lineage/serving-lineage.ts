import type { Database } from '../../foundation/platform/index.ts'
import { findRun as findEvaluation, listRunsOfEngine } from '../../improve/evaluation/index.ts'
import type { LineageNode, LineageScope, LineageSource, LineageStep } from '../../improve/lineage/index.ts'
import { findServing, listServingsOfEngine, type Serving } from '../../improve/registry/index.ts'
import { countAnswered, findInference } from '../../observe/traces/index.ts'
import { isUuid } from './is-uuid.ts'
import { evaluationNode, inferenceNode, modelNodes, servingNode } from './lineage-nodes.ts'

const engineTarget = 'engine:'
/** Inferences of a service that are looked at for a count. */
const mostCounted = 10_000
const mostReleases = 10

/** Engines and the versions that they had, and what they answered: inferences one by one, as a number, and evaluations. */
export function createServingLineage({ database }: { readonly database: Database }): LineageSource {
  return {
    find: {
      async serving(reference, _, scope) {
        const serving = isUuid(reference) ? await findServing(database, scope.tenant, reference) : undefined
        return serving && servingNode(serving)
      },
      async inference(reference, _, scope) {
        const found = isUuid(reference) ? await findInference(database, reference) : undefined
        const isSeen =
          found &&
          (scope.tenant === undefined || found.tenant === scope.tenant) &&
          (scope.services === undefined || scope.services.includes(found.service))
        return isSeen ? inferenceNode(found) : undefined
      },
    },
    up: {
      async serving(node, scope) {
        const serving = await findServing(database, scope.tenant, node.id)
        const model =
          serving && (await modelNodes(database, scope.tenant, [serving.versionId])).get(serving.versionId)
        return model ? [{ node: model, role: 'served' }] : []
      },
      async inference(node, scope, limit) {
        const found = await findInference(database, node.id)
        if (found?.target?.startsWith(engineTarget) !== true) return []
        const at = new Date(found.startedAtMs)
        return answeredBy(
          await listServingsOfEngine(database, {
            tenant: scope.tenant,
            engine: found.target.slice(engineTarget.length),
            release: found.release === undefined ? undefined : `${found.service}@${found.release}`,
            from: at,
            until: at,
            limit,
          }),
        )
      },
      async evaluation(node, scope, limit) {
        const run = await findEvaluation(database, node.tenant, node.id)
        if (run?.startedAt === undefined) return []
        const targets = new Set(run.plan.releases.flatMap(({ targets: some }) => some))
        const steps: LineageStep[] = []
        for (const target of targets)
          if (target.startsWith(engineTarget))
            steps.push(
              ...answeredBy(
                await listServingsOfEngine(database, {
                  tenant: scope.tenant,
                  engine: target.slice(engineTarget.length),
                  from: run.startedAt,
                  until: run.endedAt ?? new Date(),
                  limit,
                }),
              ),
            )
        return steps
      },
    },
    down: {
      async serving(node, scope, limit) {
        const serving = await findServing(database, node.tenant, node.id)
        if (!serving) return []
        const { engine, startedAt: from, endedAt: until } = serving
        const steps: LineageStep[] = []
        for (const release of serving.releases.slice(0, mostReleases)) {
          const counted = await countNode(serving, release, scope)
          if (counted) steps.push({ node: counted, role: 'answered' })
        }
        const runs = await listRunsOfEngine(database, { tenant: scope.tenant, engine, from, until, limit })
        return [...steps, ...runs.map(run => ({ node: evaluationNode(run), role: 'answered' }))]
      },
    },
  }

  async function countNode(
    serving: Serving,
    release: string,
    scope: LineageScope,
  ): Promise<LineageNode | undefined> {
    const [service = '', name = ''] = release.split('@')
    if (scope.services?.includes(service) === false) return undefined
    const { startedAt: from, endedAt: until } = serving
    const target = `${engineTarget}${serving.engine}`
    const filter = { tenant: scope.tenant, service, release: name, target, from, until }
    const { count, isExact } = await countAnswered(database, filter, mostCounted)
    return {
      kind: 'inferences',
      id: `${serving.id}/${release}`,
      tenant: serving.tenant,
      label: `${count.toLocaleString('en')}${isExact ? '' : ' or more'} of ${release}`,
      at: from,
      state: undefined,
      details: {
        count,
        is_exact: isExact,
        service,
        release: name,
        target,
        since: from.toISOString(),
        until: until?.toISOString() ?? null,
      },
    }
  }
}

/** Which server answered is not kept with an inference: where they had different versions then, any of them could have been it. */
function answeredBy(servings: readonly Serving[]): LineageStep[] {
  const isCertain = new Set(servings.map(({ versionId }) => versionId)).size === 1
  return servings.map(serving => ({ node: servingNode(serving), role: 'answered', isCertain }))
}
