import type { AnyRoute } from '../../../foundation/platform/index.ts'
import type { Principal } from '../../../govern/access/index.ts'
import { signingKeyRoutes } from './key-routes.ts'
import { packageRoutes } from './package-routes.ts'
import { proofRoutes } from './proof-routes.ts'
import type { PackagingRoutesOptions } from './routes-context.ts'
import { transferRoutes } from './transfer-routes.ts'

/** The rows under `/api/models` that prove and pack versions, and those of signing keys. */
export function packagingRoutes(options: PackagingRoutesOptions): AnyRoute<Principal>[] {
  return [
    ...proofRoutes(options),
    ...signingKeyRoutes(options),
    ...transferRoutes(options),
    ...packageRoutes(options),
  ]
}
