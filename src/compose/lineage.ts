import type { AnyRoute, Database } from '../foundation/platform/index.ts'
import type { Access, Principal } from '../govern/access/index.ts'
import type { Datasets } from '../improve/datasets/index.ts'
import { lineageRoutes } from '../improve/lineage/index.ts'
import type { ModelRegistry } from '../improve/registry/index.ts'
import { createDataLineage } from './lineage/data-lineage.ts'
import { createModelLineage } from './lineage/model-lineage.ts'
import { createServingLineage } from './lineage/serving-lineage.ts'
import { createWorkLineage } from './lineage/work-lineage.ts'

/** Lineage over all domains that know a part of it. */
export function composeLineage(parts: {
  readonly database: Database
  readonly access: Access
  readonly datasets: Datasets
  readonly registry: ModelRegistry
}): { readonly routes: AnyRoute<Principal>[] } {
  const sources = [
    createDataLineage(parts),
    createWorkLineage(parts),
    createModelLineage(parts),
    createServingLineage(parts),
  ]
  return { routes: lineageRoutes({ sources, access: parts.access }) }
}
