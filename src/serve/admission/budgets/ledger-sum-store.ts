import type { Queryable } from '../../../foundation/platform/index.ts'

export interface LedgerFilter {
  /** From then on, and before then. */
  readonly since: Date
  readonly until: Date
  readonly tenant: string | undefined
  /** Only these, where given. */
  readonly services: readonly string[] | undefined
}

export interface LedgerSum {
  readonly inferences: number
  readonly costNanoUsd: number
  /** Of processes that died while a call was under way: their worst case is what is written. */
  readonly interrupted: number
}

/** What the ledger says was spent in a period. */
export async function sumLedger(queryable: Queryable, filter: LedgerFilter): Promise<LedgerSum> {
  const [row] = await queryable.query<{ inferences: number; cost: number; interrupted: number }>(
    `SELECT count(*) AS inferences, coalesce(sum(cost_nano_usd), 0)::bigint AS cost,
       count(*) FILTER (WHERE is_interrupted) AS interrupted
     FROM ledger_entries
     WHERE at >= $1 AND at < $2 AND ($3::text IS NULL OR tenant = $3)
       AND ($4::text[] IS NULL OR service = ANY ($4))`,
    [filter.since, filter.until, filter.tenant ?? null, filter.services ?? null],
  )
  return {
    inferences: Number(row?.inferences ?? 0),
    costNanoUsd: Number(row?.cost ?? 0),
    interrupted: Number(row?.interrupted ?? 0),
  }
}
