import type { AnyRoute } from '../../../foundation/platform/index.ts'
import type { Principal } from '../../../govern/access/index.ts'
import { aliasRoutes } from './alias-routes.ts'
import { fileRoutes } from './file-routes.ts'
import { modelsRoutes } from './model-routes.ts'
import type { RegistryRoutesOptions } from './routes-context.ts'
import { versionsRoutes } from './version-routes.ts'

/** The rows under `/api/models` and `/api/model-files`; every process answers them itself. */
export function registryRoutes(options: RegistryRoutesOptions): AnyRoute<Principal>[] {
  return [
    ...modelsRoutes(options),
    ...versionsRoutes(options),
    ...aliasRoutes(options),
    ...fileRoutes(options),
  ]
}
