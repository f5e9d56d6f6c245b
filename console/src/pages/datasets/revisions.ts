import type { DatasetRef, DatasetVersion } from '../../api/types.ts'

/** Branches and tags first, then versions by number. */
export function revisionOptions(versions: readonly DatasetVersion[], refs: readonly DatasetRef[]) {
  const option = ({ name }: DatasetRef) => ({ value: name, label: name })
  const groups = [
    { group: 'Branches', items: refs.filter(({ kind }) => kind === 'branch').map(option) },
    { group: 'Tags', items: refs.filter(({ kind }) => kind === 'tag').map(option) },
    {
      group: 'Versions',
      items: versions.map(({ number, message }) => ({
        value: String(number),
        label: `${number} ${message.slice(0, 60)}`,
      })),
    },
  ]
  return groups.filter(({ items }) => items.length > 0)
}

export function versionAt(
  versions: readonly DatasetVersion[],
  refs: readonly DatasetRef[],
  revision: string,
): DatasetVersion | undefined {
  const id = refs.find(({ name }) => name === revision)?.version
  if (id !== undefined) return versions.find(version => version.id === id)
  const numbered = versions.find(({ number }) => String(number) === revision)
  // as the API reads it: fewer digits are no id, and any id may begin with a 2
  const isId = /^[0-9a-f]{8,64}$/.test(revision)
  return numbered ?? (isId ? versions.find(version => version.id.startsWith(revision)) : undefined)
}
