import type { AnyRoute } from '../../foundation/platform/index.ts'
import type { Principal } from '../../govern/access/index.ts'
import { blameRoutes } from './blame/blame-routes.ts'
import { biasRoutes } from './slices/bias-routes.ts'
import { compareRoutes } from './compare-routes.ts'
import { datasetRoutes } from './dataset-routes.ts'
import { garbageRoutes } from './garbage-routes.ts'
import type { DatasetsRoutesOptions } from './routes-context.ts'
import { checkRoutes } from './validation/check-routes.ts'
import { taskRoutes } from './tasks/task-routes.ts'
import { versionRoutes } from './version-routes.ts'

/** The rows under `/api/datasets`. A key of a tenant reaches the datasets of that tenant only. */
export function datasetsRoutes(options: DatasetsRoutesOptions): AnyRoute<Principal>[] {
  return [
    ...datasetRoutes(options),
    ...versionRoutes(options),
    ...compareRoutes(options),
    ...blameRoutes(options),
    ...checkRoutes(options),
    ...biasRoutes(options),
    ...taskRoutes(options),
    ...garbageRoutes(options),
  ]
}
