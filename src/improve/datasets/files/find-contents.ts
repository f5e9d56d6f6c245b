import { Failure } from '../../../foundation/platform/index.ts'
import { excerpt } from '../formats/file-fault.ts'
import type { DatasetSchema } from '../dataset.ts'
import type { VersionFiles } from '../datasets.ts'
import type { DatasetsContext } from '../datasets-context.ts'
import { listPacks, listPacksOf, type PackRecord } from '../stores/pack-store.ts'
import { fileColumns } from './file-columns.ts'
import type { FoundPacks } from './find-packs.ts'
import type { StagedPack } from './pack-index.ts'

/** The packs that hold the contents of a version's rows. */
export interface Contents {
  /** Written for it, to be stored. */
  readonly fresh: readonly StagedPack[]
  /** Stored for others before. */
  readonly kept: readonly PackRecord[]
}

/**
 * Finds the packs that a version about to be published needs: among those of the versions that it comes from and those that were written
 * for it, then among all of the tenant. Throws `invalid_request` where the content of a row is in none, or a path could be written
 * nowhere.
 */
export async function findContents(
  context: Pick<DatasetsContext, 'database' | 'cache' | 'runTask'>,
  version: {
    readonly tenant: string
    readonly files: VersionFiles
    readonly fresh: readonly StagedPack[]
    /** The ids of what it comes from. */
    readonly parents: readonly string[]
    readonly signal: AbortSignal
  },
): Promise<Contents> {
  checkColumns(version.files.schema)
  const near = await listPacksOf(context.database, version.parents)
  const found = await search(context, version, near)
  if (found.missing.count === 0) return found.contents
  const all = await listPacks(context.database, version.tenant)
  const known = new Set(near.map(({ index }) => index))
  const wider = await search(context, version, [...near, ...all.filter(({ index }) => !known.has(index))])
  if (wider.missing.count === 0) return wider.contents
  const { count, paths } = wider.missing
  throw new Failure(
    'invalid_request',
    `The content of ${count === 1 ? 'a file' : `${count} files`} is not stored, or not of the length that the row says: ${named(paths)}. Rows say where contents are and do not bring them: import the files (\`slipway dataset import\`), or take the rows out.`,
    { details: { parameter: 'sha256' } },
  )
}

async function search(
  { cache, runTask }: Pick<DatasetsContext, 'cache' | 'runTask'>,
  { tenant, files, fresh, signal }: Parameters<typeof findContents>[1],
  stored: readonly PackRecord[],
): Promise<{ readonly missing: FoundPacks['missing']; readonly contents: Contents }> {
  const found = await cache.hold(
    tenant,
    stored.map(({ index }) => index),
    async held =>
      await runTask(
        'find-packs',
        { files, indexes: [...held, ...fresh.map(({ index }) => index.file)] },
        { signal },
      ),
    signal,
  )
  if (found.unsafe.count > 0)
    throw new Failure(
      'invalid_request',
      `${found.unsafe.count === 1 ? 'A path' : `${found.unsafe.count} paths`} cannot be written into a folder: ${named(found.unsafe.paths)}. Write them relative, with / between their parts and without . and ..`,
      { details: { parameter: 'path' } },
    )
  const used = new Set(found.used)
  return {
    missing: found.missing,
    contents: {
      kept: stored.filter((_, index) => used.has(index)),
      fresh: fresh.filter((_, index) => used.has(stored.length + index)),
    },
  }
}

function checkColumns({ columns }: DatasetSchema): void {
  for (const { name, type } of fileColumns) {
    const column = columns.find(candidate => candidate.name === name)
    if (column?.type === type) continue
    throw new Failure(
      'invalid_request',
      `The rows of a dataset of files have \`${name}\` of the type ${type}; these have ${column ? `it as ${column.type}` : 'no such column'}.`,
      { details: { parameter: name } },
    )
  }
}

function named(paths: readonly string[]): string {
  return paths.map(path => excerpt(path, 80)).join(', ')
}
