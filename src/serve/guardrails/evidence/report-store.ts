import type { Queryable } from '../../../foundation/platform/index.ts'

export interface StoredReport {
  readonly hash: string
  readonly policy: string
  readonly guard: string
  readonly guardHash: string
  readonly content: Readonly<Record<string, unknown>>
  readonly createdAt: Date
  readonly createdBy: string
}

interface ReportRow {
  readonly hash: string
  readonly policy: string
  readonly guard: string
  readonly guard_hash: string
  readonly content: StoredReport['content']
  readonly created_at: Date
  readonly created_by: string
}

export const reportsChannel = 'slipway_guardrail_reports'

/** The same report is stored once. Tells the other replicas when the transaction commits. */
export async function insertReport(transaction: Queryable, report: StoredReport): Promise<void> {
  await transaction.query(
    `insert into guardrail_reports (hash, policy, guard, guard_hash, content, created_at, created_by)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (hash) do nothing`,
    [
      report.hash,
      report.policy,
      report.guard,
      report.guardHash,
      JSON.stringify(report.content),
      report.createdAt,
      report.createdBy,
    ],
  )
  await transaction.query('select pg_notify($1, $2)', [reportsChannel, report.hash])
}

/** Newest first. */
export async function listReports(queryable: Queryable, limit: number): Promise<StoredReport[]> {
  const rows = await queryable.query<ReportRow>(
    'select * from guardrail_reports order by created_at desc limit $1',
    [limit],
  )
  return rows.map(toReport)
}

export async function findReport(queryable: Queryable, hash: string): Promise<StoredReport | undefined> {
  const [row] = await queryable.query<ReportRow>('select * from guardrail_reports where hash = $1', [hash])
  return row && toReport(row)
}

/** What each stored report is of, for whoever looks at configurations. */
export async function listReportReferences(
  queryable: Queryable,
): Promise<{ hash: string; policy: string; guardHash: string }[]> {
  const rows = await queryable.query<{ hash: string; policy: string; guard_hash: string }>(
    'select hash, policy, guard_hash from guardrail_reports',
  )
  return rows.map(({ hash, policy, guard_hash: guardHash }) => ({ hash, policy, guardHash }))
}

function toReport(row: ReportRow): StoredReport {
  return {
    hash: row.hash,
    policy: row.policy,
    guard: row.guard,
    guardHash: row.guard_hash,
    content: row.content,
    createdAt: row.created_at,
    createdBy: row.created_by,
  }
}

/** Notes policies that have come into force; those that were there stay as they are. */
export async function insertPolicies(
  queryable: Queryable,
  policies: readonly { readonly hash: string; readonly name: string; readonly content: unknown }[],
  firstUsedAt: Date,
): Promise<void> {
  if (policies.length === 0) return
  await queryable.query(
    `insert into guardrail_policies (hash, name, content, first_used_at)
     select hash, name, content, $2 from json_to_recordset($1::json) as batch (hash text, name text, content jsonb)
     on conflict (hash) do nothing`,
    [JSON.stringify(policies), firstUsedAt],
  )
}

export async function findPolicy(
  queryable: Queryable,
  hash: string,
): Promise<{ hash: string; name: string; content: unknown; firstUsedAt: Date } | undefined> {
  const [row] = await queryable.query<{ hash: string; name: string; content: unknown; first_used_at: Date }>(
    'select hash, name, content, first_used_at from guardrail_policies where hash = $1',
    [hash],
  )
  return row && { hash: row.hash, name: row.name, content: row.content, firstUsedAt: row.first_used_at }
}
