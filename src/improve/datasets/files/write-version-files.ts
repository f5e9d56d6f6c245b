import { Failure } from '../../../foundation/platform/index.ts'
import type { ResolvedVersion, RunTaskOptions } from '../datasets.ts'
import type { DatasetsContext } from '../datasets-context.ts'
import { checkSplit } from '../find-dataset.ts'
import { holdVersions } from '../segments/version-files.ts'
import { holdPacksOf } from './hold-packs.ts'
import type { WriteFiles, WrittenFiles } from './write-files.ts'

/** Writes the files of a version into a folder or a tar. Throws `invalid_request` where its rows are no files. */
export async function writeVersionFiles(
  context: Pick<DatasetsContext, 'database' | 'cache' | 'runTask'>,
  resolved: ResolvedVersion,
  { split, where, to }: Pick<WriteFiles, 'where' | 'to'> & { readonly split?: string | undefined },
  options: RunTaskOptions = {},
): Promise<WrittenFiles> {
  const { dataset, version, definition } = resolved
  const { tenant } = dataset
  checkFiles(resolved)
  if (split !== undefined)
    checkSplit(definition, { dataset: dataset.name, revision: String(version.number), split })
  const { splits } = definition
  return await holdVersions(
    context.cache,
    [{ id: version.id, tenant, manifest: version.manifest }],
    async ([files]) =>
      await holdPacksOf(
        context,
        { tenant, versionId: version.id },
        'all',
        async packs =>
          await context.runTask(
            'write-files',
            {
              files,
              packs,
              split: split !== undefined && splits ? { name: split, splits } : undefined,
              where,
              to,
            },
            options,
          ),
        options.signal,
      ),
    options.signal,
  )
}

export function checkFiles({ dataset, definition }: Pick<ResolvedVersion, 'dataset' | 'definition'>): void {
  if (definition.files) return
  throw new Failure(
    'invalid_request',
    `The rows of \`${dataset.name}\` are no files. Export them as JSONL, CSV or Parquet.`,
    { details: { parameter: 'format' } },
  )
}
