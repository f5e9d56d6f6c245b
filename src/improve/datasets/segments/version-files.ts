import type { VersionManifest } from '../dataset.ts'
import type { FilesOf, VersionFiles } from '../datasets.ts'
import type { SegmentCache } from './segment-cache.ts'

interface Named {
  readonly id: string
  readonly tenant: string
  readonly manifest: Pick<VersionManifest, 'schema' | 'rows' | 'segments'>
}

/** Holds all files of versions of one tenant in the cache while `work` goes on. */
export async function holdVersions<const Versions extends readonly Named[], Result>(
  cache: SegmentCache,
  versions: Versions,
  work: (files: FilesOf<Versions>) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  const [first] = versions
  // a map forgets that it gives one for each
  const workWith = async (files: readonly VersionFiles[]) => await work(files as FilesOf<Versions>)
  if (!first) return await workWith([])
  const objects = [...new Set(versions.flatMap(({ manifest }) => objectsOf(manifest)))]
  return await cache.hold(
    first.tenant,
    objects,
    async files => {
      const places = new Map(objects.map((object, index) => [object, files[index] ?? '']))
      return await workWith(versions.map(version => filesOf(version, places)))
    },
    signal,
  )
}

export function objectsOf({ segments }: Pick<VersionManifest, 'segments'>): string[] {
  return segments.flatMap(({ object, removed }) => (removed ? [object, removed.object] : [object]))
}

export function filesOf({ id, manifest }: Named, places: ReadonlyMap<string, string>): VersionFiles {
  return {
    versionId: id,
    schema: manifest.schema,
    rows: manifest.rows,
    segments: manifest.segments.map(({ object, rows, removed }) => ({
      file: places.get(object) ?? '',
      rows,
      ...(removed && { removedFile: places.get(removed.object) ?? '' }),
    })),
  }
}
