import { Failure, type Database } from '../../foundation/platform/index.ts'
import {
  type Datasets,
  findVersionOrigins,
  listDerivedVersions,
  type VersionOrigin,
} from '../../improve/datasets/index.ts'
import type { LineageSource } from '../../improve/lineage/index.ts'
import { datasetNode } from './lineage-nodes.ts'

/** Versions of datasets, and which were made of which; plain edits are the history of a dataset and not shown. */
export function createDataLineage({
  database,
  datasets,
}: {
  readonly database: Database
  readonly datasets: Pick<Datasets, 'resolve'>
}): LineageSource {
  return {
    find: {
      async dataset(reference, tenant, scope) {
        if (/^[0-9a-f]{64}$/.test(reference))
          return (await findVersionOrigins(database, scope.tenant, [reference])).map(datasetNode)[0]
        try {
          const { version } = await datasets.resolve(tenant, reference)
          return (await findVersionOrigins(database, tenant, [version.id])).map(datasetNode)[0]
        } catch (error) {
          if (error instanceof Failure && error.code === 'not_found') return undefined
          throw error
        }
      },
    },
    up: {
      async dataset(node, scope) {
        const [version] = await findVersionOrigins(database, scope.tenant, [node.id])
        const source = version?.source
        if (source === undefined || !('of' in source)) return []
        return (await findVersionOrigins(database, scope.tenant, [source.of])).map(one => ({
          node: datasetNode(one),
          role: roleOf(source),
        }))
      },
    },
    down: {
      async dataset(node, _, limit) {
        const derived = await listDerivedVersions(database, node.tenant, node.id, limit)
        return derived.map(one => ({ node: datasetNode(one), role: roleOf(one.source) }))
      },
    },
  }
}

const roleOf = (source: VersionOrigin['source']): string =>
  source.kind === 'derived' ? source.by : source.kind
