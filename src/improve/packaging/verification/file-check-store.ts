import type { Queryable } from '../../../foundation/platform/index.ts'
import type { FileCheck } from './verification.ts'

export async function putFileCheck(
  queryable: Queryable,
  version: { readonly id: string; readonly tenant: string },
  check: FileCheck,
): Promise<void> {
  await queryable.query(
    `INSERT INTO model_file_checks (version_id, tenant, problem, by_whom, checked_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (version_id) DO UPDATE SET problem = excluded.problem, by_whom = excluded.by_whom, checked_at = excluded.checked_at`,
    [version.id, version.tenant, check.problem ?? null, check.by, check.at],
  )
}

export async function findFileCheck(queryable: Queryable, versionId: string): Promise<FileCheck | undefined> {
  const [row] = await queryable.query<{ problem: string | null; by_whom: string; checked_at: Date }>(
    'SELECT problem, by_whom, checked_at FROM model_file_checks WHERE version_id = $1',
    [versionId],
  )
  return row && { problem: row.problem ?? undefined, by: row.by_whom, at: row.checked_at }
}
