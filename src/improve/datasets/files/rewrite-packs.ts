import type { DatasetsContext } from '../datasets-context.ts'
import { holdVersions } from '../segments/version-files.ts'
import { storeObjects } from '../segments/store-objects.ts'
import {
  listPacksOf,
  listVersionsOf,
  nextPackToLookAt,
  type PackToLookAt,
  replacePack,
  setLookedAt,
} from '../stores/pack-store.ts'
import { findVersion } from '../stores/version-store.ts'
import type { StagedPack } from './pack-index.ts'

export type RewriteContext = Pick<
  DatasetsContext,
  'database' | 'objects' | 'cache' | 'folders' | 'runTask' | 'logger' | 'now'
>

/**
 * Looks at the packs of which a version that was deleted needed something: one of which the others need less than half is written
 * anew. Resolves with how many were.
 */
export async function rewritePacks(context: RewriteContext, signal?: AbortSignal): Promise<number> {
  let count = 0
  let after: PackToLookAt | undefined
  for (;;) {
    signal?.throwIfAborted()
    const next = await nextPackToLookAt(context.database, after)
    if (!next) return count
    after = next
    try {
      if (await lookAt(context, next, signal)) count += 1
    } catch (error) {
      signal?.throwIfAborted()
      // the others are looked at, and what nothing needs is collected
      context.logger.warn({ err: error, pack: next.index }, 'A pack of files could not be looked at.')
    }
  }
}

async function lookAt(
  context: RewriteContext,
  old: PackToLookAt,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { database } = context
  const { tenant } = old
  const versions = await listVersionsOf(database, old)
  // what no version needs is collected as it is
  if (versions.length === 0 || old.pack === undefined) {
    await setLookedAt(database, old, versions)
    return false
  }
  const read = await Promise.all(versions.map(async id => await findVersion(database, tenant, id)))
  const found = read.flatMap(version =>
    version ? [{ id: version.id, tenant, manifest: version.manifest }] : [],
  )
  const packs = await listPacksOf(database, versions)
  const which = packs.findIndex(({ index }) => index === old.index)
  if (which === -1) return false
  const objects = [...packs.map(({ index }) => index), old.pack]
  return await context.folders.with(
    async folder =>
      await holdVersions(
        context.cache,
        found,
        async held =>
          await context.cache.hold(
            tenant,
            objects,
            async files => {
              const { rewritten } = await context.runTask(
                'rewrite-pack',
                {
                  versions: [...held],
                  packs: packs.map((_, index) => ({
                    index: files[index] ?? '',
                    pack: index === which ? files.at(-1) : undefined,
                  })),
                  which,
                  folder: `${folder}/new`,
                },
                { signal },
              )
              if (!rewritten) {
                await setLookedAt(database, old, versions)
                return false
              }
              return await enter(context, old, versions, rewritten)
            },
            signal,
          ),
        signal,
      ),
  )
}

async function enter(
  context: RewriteContext,
  old: PackToLookAt,
  versions: readonly string[],
  { index, pack }: StagedPack,
): Promise<boolean> {
  const fresh = pack ? [pack, index] : [index]
  await storeObjects(context, old.tenant, fresh, [])
  const isReplaced = await context.database.transaction(
    async transaction =>
      await replacePack(transaction, old, {
        versions,
        by: { index: index.object, pack: pack?.object },
        now: new Date(context.now()),
      }),
  )
  if (isReplaced) for (const { object, file } of fresh) await context.cache.adopt(old.tenant, object, file)
  return isReplaced
}
