import type { Queryable } from '../../foundation/platform/index.ts'
import type { StoredFile } from './file.ts'

interface FileRow {
  id: string
  tenant: string
  purpose: string
  filename: string
  size_bytes: number
  batch_id: string | null
  created_at: Date
  expires_at: Date | null
}

const toFile = (row: FileRow): StoredFile => ({
  id: row.id,
  tenant: row.tenant,
  purpose: row.purpose,
  filename: row.filename,
  sizeBytes: row.size_bytes,
  batchId: row.batch_id ?? undefined,
  createdAt: row.created_at,
  expiresAt: row.expires_at ?? undefined,
})

export async function insertFile(queryable: Queryable, file: StoredFile): Promise<void> {
  await queryable.query(
    `INSERT INTO files (id, tenant, purpose, filename, size_bytes, batch_id, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      file.id,
      file.tenant,
      file.purpose,
      file.filename,
      file.sizeBytes,
      file.batchId ?? null,
      file.createdAt,
      file.expiresAt ?? null,
    ],
  )
}

/** A file of that tenant. */
export async function findFile(
  queryable: Queryable,
  tenant: string,
  id: string,
): Promise<StoredFile | undefined> {
  const rows = await queryable.query<FileRow>('SELECT * FROM files WHERE id = $1 AND tenant = $2', [
    id,
    tenant,
  ])
  return rows[0] && toFile(rows[0])
}

export interface FilePage {
  readonly tenant: string
  readonly purpose: string | undefined
  readonly after: StoredFile | undefined
  readonly limit: number
  readonly order: 'asc' | 'desc'
}

export async function listFiles(queryable: Queryable, page: FilePage): Promise<StoredFile[]> {
  const beyond = page.order === 'asc' ? '>' : '<'
  const rows = await queryable.query<FileRow>(
    `SELECT * FROM files WHERE tenant = $1 AND ($2::text IS NULL OR purpose = $2)
       AND ($3::timestamptz IS NULL OR (created_at, id) ${beyond} ($3, $4))
     ORDER BY created_at ${page.order}, id ${page.order} LIMIT $5`,
    [page.tenant, page.purpose ?? null, page.after?.createdAt ?? null, page.after?.id ?? null, page.limit],
  )
  return rows.map(toFile)
}

export async function listFilesPast(queryable: Queryable, now: Date, limit: number): Promise<StoredFile[]> {
  const rows = await queryable.query<FileRow>('SELECT * FROM files WHERE expires_at < $1 LIMIT $2', [
    now,
    limit,
  ])
  return rows.map(toFile)
}

export async function deleteFileRow(queryable: Queryable, id: string): Promise<void> {
  await queryable.query('DELETE FROM batch_parts WHERE file_id = $1', [id])
  await queryable.query('DELETE FROM files WHERE id = $1', [id])
}

/** The keys of the objects that make up the output of a batch, in order. */
export async function listPartKeys(queryable: Queryable, fileId: string): Promise<string[]> {
  const rows = await queryable.query<{ object_key: string }>(
    'SELECT object_key FROM batch_parts WHERE file_id = $1 ORDER BY number',
    [fileId],
  )
  return rows.map(row => row.object_key)
}

/** Adds a chunk of results to a file that a batch leaves; made where it is new. */
export async function addPart(
  queryable: Queryable,
  file: StoredFile,
  part: { readonly number: number; readonly objectKey: string },
): Promise<void> {
  await queryable.query(
    `INSERT INTO files (id, tenant, purpose, filename, size_bytes, batch_id, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (id) DO UPDATE SET size_bytes = files.size_bytes + excluded.size_bytes`,
    [
      file.id,
      file.tenant,
      file.purpose,
      file.filename,
      file.sizeBytes,
      file.batchId ?? null,
      file.createdAt,
      file.expiresAt ?? null,
    ],
  )
  await queryable.query('INSERT INTO batch_parts (file_id, number, object_key) VALUES ($1, $2, $3)', [
    file.id,
    part.number,
    part.objectKey,
  ])
}
