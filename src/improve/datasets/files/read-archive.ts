import { Failure } from '../../../foundation/platform/index.ts'
import type { Datasets, VersionFiles } from '../datasets.ts'
import type { DatasetsContext } from '../datasets-context.ts'
import { resolveVersion } from '../find-dataset.ts'
import { holdVersions } from '../segments/version-files.ts'
import { listPacks } from '../stores/pack-store.ts'
import type { ImportedArchive } from './import-archive.ts'

type Options = Parameters<Datasets['readArchive']>[0]

/** Reads an archive in a data worker, beside the indexes of all that the tenant has stored. */
export async function readArchive(
  context: Pick<DatasetsContext, 'database' | 'cache' | 'runTask'>,
  options: Options,
): Promise<ImportedArchive> {
  const { tenant, file, name, declared, folder, listing, signal, progress } = options
  const packs = await listPacks(context.database, tenant)
  const read = async (rows: VersionFiles | undefined): Promise<ImportedArchive> =>
    await context.cache.hold(
      tenant,
      packs.map(({ index }) => index),
      async known =>
        await context.runTask(
          'import-archive',
          {
            file,
            name,
            known,
            declared,
            folder,
            listing: listing === undefined ? undefined : { file: listing, rows },
          },
          { signal, progress },
        ),
      signal,
    )
  const version = listing === undefined ? undefined : await findHead(context, options)
  if (!version) return await read(undefined)
  return await holdVersions(context.cache, [version], async ([rows]) => await read(rows), signal)
}

async function findHead(
  context: Pick<DatasetsContext, 'database'>,
  { tenant, dataset, branch }: Options,
): Promise<Parameters<typeof holdVersions>[1][number] | undefined> {
  try {
    const { version } = await resolveVersion(context, tenant, {
      dataset,
      revision: branch ?? 'main',
      split: undefined,
    })
    return { id: version.id, tenant, manifest: version.manifest }
  } catch (error) {
    if (error instanceof Failure && error.code === 'not_found') return undefined
    throw error
  }
}
