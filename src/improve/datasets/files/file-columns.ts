import type { Column } from '../dataset.ts'

/** What every row of a dataset of files has; its key is the path. */
export const fileColumns = [
  { name: 'path', type: 'string', isNullable: false },
  { name: 'bytes', type: 'integer', isNullable: false },
  { name: 'sha256', type: 'string', isNullable: false },
  { name: 'media_type', type: 'string', isNullable: false },
] as const satisfies readonly Column[]

export const fileColumnNames: ReadonlySet<string> = new Set(fileColumns.map(({ name }) => name))

/** Files that say something of others, as Hugging Face's folders of pictures have them. */
export function isSidecar(path: string): boolean {
  return /(?:^|\/)metadata\.(?:jsonl|csv)$/.test(path)
}

/** What an export writes the other columns into. */
export const sidecarName = 'metadata.jsonl'
