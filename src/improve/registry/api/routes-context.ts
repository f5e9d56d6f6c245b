import { z } from 'zod'
import type { Access } from '../../../govern/access/index.ts'
import type { TransferFolder } from '../../datasets/index.ts'
import type { ModelRegistry } from '../registry.ts'
import type { RegistryContext } from '../registry-context.ts'

export { callerOf, tenantOf } from '../../../govern/access/index.ts'

/** What the rows of the API stand on. */
export interface RegistryRoutesOptions {
  readonly registry: ModelRegistry
  readonly context: RegistryContext
  readonly access: Pick<Access, 'visibleTenant'>
  /** Where files lie until they are stored. */
  readonly uploads: TransferFolder
  readonly mostUploadBytes: () => number
}

export const tag = 'Models'
export const tenantQuery = z
  .string()
  .min(1)
  .max(200)
  .optional()
  .describe('That of the key by default; a key of the whole installation names one, or means `default`.')
export const onlyTenant = z.object({ tenant: tenantQuery })
export const modelPath = z.object({ name: z.string().min(1).max(200) })
export const versionPath = modelPath.extend({
  version: z.string().min(1).max(100).describe('A number, an alias, or `latest`.'),
})
export const limitQuery = z.coerce.number().int().min(1).max(200).default(50)
export const reason = z.string().max(2_000).optional().describe('Written into the history.')
