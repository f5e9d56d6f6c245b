import type { Queryable } from '../../../foundation/platform/index.ts'
import type { CheckSummary } from '../dataset.ts'

export interface StoredReport {
  readonly id: string
  readonly tenant: string
  readonly datasetId: string
  readonly branch: string
  /** `undefined` where it was refused. */
  readonly versionId: string | undefined
  readonly contentHash: string
  readonly isRefused: boolean
  readonly profile: unknown
  readonly summaries: readonly CheckSummary[]
  readonly details: unknown
  readonly createdAt: Date
}

interface ReportRow {
  id: string
  tenant: string
  dataset_id: string
  branch: string
  version_id: string | null
  content_hash: string
  is_refused: boolean
  profile: string
  summaries: string
  details: string
  created_at: Date
}

const toReport = (row: ReportRow): StoredReport => ({
  id: row.id,
  tenant: row.tenant,
  datasetId: row.dataset_id,
  branch: row.branch,
  versionId: row.version_id ?? undefined,
  contentHash: row.content_hash,
  isRefused: row.is_refused,
  profile: JSON.parse(row.profile) as unknown,
  summaries: JSON.parse(row.summaries) as CheckSummary[],
  details: JSON.parse(row.details) as unknown,
  createdAt: row.created_at,
})

export async function insertReport(queryable: Queryable, report: StoredReport): Promise<void> {
  await queryable.query(
    `INSERT INTO dataset_reports (id, tenant, dataset_id, branch, version_id, content_hash, is_refused, profile, summaries, details, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      report.id,
      report.tenant,
      report.datasetId,
      report.branch,
      report.versionId ?? null,
      report.contentHash,
      report.isRefused,
      JSON.stringify(report.profile ?? null),
      JSON.stringify(report.summaries),
      JSON.stringify(report.details ?? null),
      report.createdAt,
    ],
  )
}

export async function findReport(
  queryable: Queryable,
  tenant: string | undefined,
  id: string,
): Promise<StoredReport | undefined> {
  const rows = await queryable.query<ReportRow>(
    'SELECT * FROM dataset_reports WHERE id = $1 AND ($2::text IS NULL OR tenant = $2)',
    [id, tenant ?? null],
  )
  return rows[0] && toReport(rows[0])
}

/** The newest of a version. */
export async function findReportOfVersion(
  queryable: Queryable,
  versionId: string,
): Promise<StoredReport | undefined> {
  const rows = await queryable.query<ReportRow>(
    'SELECT * FROM dataset_reports WHERE version_id = $1 ORDER BY created_at DESC LIMIT 1',
    [versionId],
  )
  return rows[0] && toReport(rows[0])
}
