import type { DatasetsContext } from '../datasets-context.ts'
import { listPacksOf, type PackRecord } from '../stores/pack-store.ts'
import type { PackFiles } from './pack-index.ts'

/** Brings the packs of a version here, or their indexes alone, while `work` goes on. */
export async function holdPacksOf<Result>(
  { database, cache }: Pick<DatasetsContext, 'database' | 'cache'>,
  { tenant, versionId }: { readonly tenant: string; readonly versionId: string },
  which: 'all' | 'indexes',
  work: (packs: readonly PackFiles[], records: readonly PackRecord[]) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  const records = await listPacksOf(database, [versionId])
  const objects = records.flatMap(({ index, pack }) =>
    which === 'all' && pack !== undefined ? [index, pack] : [index],
  )
  return await cache.hold(
    tenant,
    objects,
    async files => {
      const places = new Map(objects.map((object, at) => [object, files[at] ?? '']))
      const packs = records.map(({ index, pack }) => ({
        index: places.get(index) ?? '',
        pack: pack === undefined ? undefined : places.get(pack),
      }))
      return await work(packs, records)
    },
    signal,
  )
}
