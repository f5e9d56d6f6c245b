import { Failure } from '../../../foundation/platform/index.ts'
import type { ColumnType } from '../dataset.ts'
import type { Datasets, ResolvedVersion } from '../datasets.ts'

/** What decisions of people are put on: what the branch is at, or the version that they were asked about where there is no such branch yet. */
export async function baseOf(
  datasets: Pick<Datasets, 'resolve'>,
  {
    tenant,
    dataset,
    versionId,
  }: { readonly tenant: string; readonly dataset: string; readonly versionId: string },
  branch: string,
): Promise<ResolvedVersion> {
  const at = (revision: string): Promise<ResolvedVersion> =>
    datasets.resolve(tenant, { dataset, revision, split: undefined })
  const found = await at(branch).catch((error: unknown) => {
    if (error instanceof Failure && error.code === 'not_found') return undefined
    throw error
  })
  if (found && found.branch === undefined)
    throw new Failure('conflict', `\`${branch}\` is no branch of \`${dataset}\`. Name one, or a new one.`, {
      details: { parameter: 'branch' },
    })
  return found ?? (await at(versionId))
}

/** What people said is a text; in the row it keeps the type of its column. */
export function toCell(said: string, type: ColumnType | undefined): unknown {
  if (type === 'integer' || type === 'number') return Number(said)
  if (type === 'boolean') return said === 'true'
  return said
}
