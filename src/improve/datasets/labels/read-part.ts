import type { ResolvedVersion, VersionFiles } from '../datasets.ts'
import type { ReadVersion } from './read-annotations.ts'

/** What of a version a label task reads: the split that was named, and the rows of a condition. */
export function readPart(
  { split, definition: { splits } }: ResolvedVersion,
  files: VersionFiles,
  where: string | undefined,
): ReadVersion {
  return { files, where, split: split !== undefined && splits ? { name: split, splits } : undefined }
}
