import { CommandError } from '../command-error.ts'

/** `NAME@VERSION` as a path of the API; `NAME` is its newest version. */
export function versionPlace(reference: string): string {
  const [, name, version = 'latest'] = /^([^/@]+)(?:@([^/@]+))?$/.exec(reference) ?? []
  if (name !== undefined)
    return `/api/models/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}`
  throw new CommandError('invalid_argument', `${JSON.stringify(reference)} names no version of a model.`, {
    mend: 'Write NAME@3, NAME@production, or NAME for its newest version.',
  })
}
