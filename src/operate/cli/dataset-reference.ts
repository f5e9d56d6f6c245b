import { usageError } from './command-error.ts'

/** `NAME`, `NAME@REVISION` or `NAME@REVISION:SPLIT`, as it stands in paths of the API. */
export function readReference(text: string): {
  readonly name: string
  readonly revision: string
  readonly split: string | undefined
  readonly versionPath: string
} {
  const [, name = '', revision = 'main', split] = /^([^@:]+)(?:@([^:]+))?(?::(.+))?$/.exec(text) ?? []
  if (name === '')
    throw usageError(
      `${text} names no version of a dataset.`,
      'Write NAME, NAME@BRANCH, NAME@TAG, NAME@12 or NAME@ with digits of its id; :SPLIT behind it for one split.',
    )
  return {
    name,
    revision,
    split,
    versionPath: `${datasetPath(name)}/versions/${encodeURIComponent(revision)}`,
  }
}

export function datasetPath(name: string): string {
  return `/api/datasets/${encodeURIComponent(name)}`
}
