import type { Queryable } from '../../../foundation/platform/index.ts'
import type { LabelReportResult } from './label-report.ts'

export interface LabelReport {
  readonly id: string
  readonly tenant: string
  readonly datasetId: string
  readonly dataset: string
  readonly versionId: string
  readonly versionNumber: number
  readonly kind: LabelReportResult['kind']
  readonly split: string | undefined
  /** As they were asked. */
  readonly parameters: unknown
  readonly result: LabelReportResult
  readonly author: string
  readonly createdAt: Date
}

/** The same where it was made before: a task that is run again after a crash makes no second one. */
export async function insertLabelReport(
  queryable: Queryable,
  report: Omit<LabelReport, 'dataset' | 'versionNumber'>,
): Promise<void> {
  await queryable.query(
    `INSERT INTO dataset_label_reports (id, tenant, dataset_id, version_id, kind, split, parameters, result, author, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING`,
    [
      report.id,
      report.tenant,
      report.datasetId,
      report.versionId,
      report.kind,
      report.split ?? null,
      JSON.stringify(report.parameters),
      JSON.stringify(report.result),
      report.author,
      report.createdAt,
    ],
  )
}

interface ReportRow {
  id: string
  tenant: string
  dataset_id: string
  dataset: string
  version_id: string
  number: number
  kind: LabelReport['kind']
  split: string | null
  parameters: string
  result: string
  author: string
  created_at: Date
}

const columns = `r.id, r.tenant, r.dataset_id, d.name AS dataset, r.version_id, v.number, r.kind, r.split, r.parameters, r.author, r.created_at`
const source = `dataset_label_reports AS r JOIN datasets AS d ON d.id = r.dataset_id JOIN dataset_versions AS v ON v.id = r.version_id`

export async function findLabelReport(
  queryable: Queryable,
  tenant: string | undefined,
  id: string,
): Promise<LabelReport | undefined> {
  const rows = await queryable.query<ReportRow>(
    `SELECT ${columns}, r.result FROM ${source} WHERE r.id = $1 AND ($2::text IS NULL OR r.tenant = $2)`,
    [id, tenant ?? null],
  )
  const [row] = rows
  return row && { ...toSummary(row), result: JSON.parse(row.result) as LabelReportResult }
}

/** Without their results, the newest first. */
export async function listLabelReports(
  queryable: Queryable,
  filter: { readonly datasetId: string; readonly versionId: string | undefined; readonly limit: number },
): Promise<Omit<LabelReport, 'result'>[]> {
  const rows = await queryable.query<Omit<ReportRow, 'result'>>(
    `SELECT ${columns} FROM ${source} WHERE r.dataset_id = $1 AND ($2::text IS NULL OR r.version_id = $2)
     ORDER BY r.created_at DESC, r.id DESC LIMIT $3`,
    [filter.datasetId, filter.versionId ?? null, filter.limit],
  )
  return rows.map(toSummary)
}

function toSummary(row: Omit<ReportRow, 'result'>): Omit<LabelReport, 'result'> {
  return {
    id: row.id,
    tenant: row.tenant,
    datasetId: row.dataset_id,
    dataset: row.dataset,
    versionId: row.version_id,
    versionNumber: row.number,
    kind: row.kind,
    split: row.split ?? undefined,
    parameters: JSON.parse(row.parameters) as unknown,
    author: row.author,
    createdAt: row.created_at,
  }
}
