import { z } from 'zod'
import type { Access } from '../../../govern/access/index.ts'
import type { ModelRegistry } from '../../registry/index.ts'
import type { Packaging } from '../packaging.ts'

export { callerOf, tenantOf } from '../../../govern/access/index.ts'

/** What the rows of the API stand on. */
export interface PackagingRoutesOptions {
  readonly packaging: Packaging
  readonly registry: ModelRegistry
  readonly access: Pick<Access, 'visibleTenant'>
}

export const tag = 'Packaging'
export const tenantQuery = z.object({
  tenant: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('That of the key by default; a key of the whole installation names one, or means `default`.'),
})
export const versionPath = z.object({
  name: z.string().min(1).max(200),
  version: z.string().min(1).max(100).describe('A number, an alias, or `latest`.'),
})
