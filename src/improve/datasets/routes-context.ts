import { z } from 'zod'
import type { Access } from '../../govern/access/index.ts'
import type { Datasets, ResolvedVersion } from './datasets.ts'
import type { DatasetsContext } from './datasets-context.ts'
import { formatReference } from './reference.ts'
import type { TaskRunner } from './tasks/task-runner.ts'

export { callerOf, tenantOf } from '../../govern/access/index.ts'

/** What the rows of the API stand on. */
export interface DatasetsRoutesOptions {
  readonly datasets: Datasets
  readonly context: DatasetsContext
  readonly tasks: Pick<TaskRunner, 'cancel'>
  readonly access: Pick<Access, 'visibleTenant'>
  readonly settings: () => {
    readonly queryTimeoutSeconds: number
    readonly queryRows: number
    readonly garbageGraceHours: number
  }
}

export const tag = 'Datasets'
export const tenantQuery = z
  .string()
  .min(1)
  .max(200)
  .optional()
  .describe('That of the key by default; a key of the whole installation names one, or means `default`.')
export const namePath = z.object({ name: z.string().min(1).max(200) })
export const onlyTenant = z.object({ tenant: tenantQuery })
export const limitQuery = (usual: number, most: number) =>
  z.coerce.number().int().min(1).max(most).default(usual)
export const revisionText = z
  .string()
  .min(1)
  .max(200)
  .describe('A branch, a tag, the number of a version, or eight or more digits of its id.')

/**
 * The version that a request names in its path. It is read as a reference, so that a name or a revision that none can hold is
 * refused as such.
 */
export async function resolveNamed(
  { datasets }: Pick<DatasetsRoutesOptions, 'datasets'>,
  tenant: string,
  {
    name,
    revision,
    split,
  }: { readonly name: string; readonly revision: string; readonly split?: string | undefined },
): Promise<ResolvedVersion> {
  return await datasets.resolve(tenant, formatReference({ dataset: name, revision, split }))
}
