import type { VersionFiles } from '../datasets.ts'
import { createVersionView, quoteText } from '../worker/sql.ts'
import type { DataTaskContext } from '../worker/tasks.ts'
import type { PackFiles } from './pack-index.ts'
import { findFiles, type StoredFile } from './read-packs.ts'

export interface FindFile {
  readonly files: VersionFiles
  readonly packs: readonly PackFiles[]
  readonly path: string
}

export type FoundFile = StoredFile & { readonly mediaType: string }

/** Where the bytes of one file lie; `undefined` where the version has no file of that path. */
export async function findFile(
  { files, packs, path }: FindFile,
  { duckdb }: DataTaskContext,
): Promise<{ readonly found: FoundFile | undefined }> {
  await createVersionView(duckdb, 'rows', files)
  await duckdb.run(
    `CREATE TEMP TABLE chosen AS SELECT path, bytes, sha256, media_type FROM rows WHERE path = ${quoteText(path)}`,
  )
  for await (const file of findFiles(duckdb, 'chosen', packs)) {
    const reader = await duckdb.runAndReadAll('SELECT media_type FROM chosen')
    return { found: { ...file, mediaType: String(reader.getRows()[0]?.[0]) } }
  }
  return { found: undefined }
}
