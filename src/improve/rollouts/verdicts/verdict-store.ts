import type { Queryable } from '../../../foundation/platform/index.ts'
import type { CandidateVerdict, Decision, Verdict } from './verdict.ts'

interface VerdictRow {
  readonly id: string
  readonly rollout_id: string
  readonly step: number
  readonly at: Date
  readonly decision: Decision
  readonly reasons: readonly string[]
  readonly candidates: readonly CandidateVerdict[]
  readonly rests_on: {
    readonly from: string
    readonly to: string
    readonly requests: number
    readonly first?: string
    readonly last?: string
  }
}

const toVerdict = ({ rollout_id: rolloutId, rests_on: restsOn, ...row }: VerdictRow): Verdict => ({
  ...row,
  rolloutId,
  restsOn: {
    from: new Date(restsOn.from),
    to: new Date(restsOn.to),
    requests: restsOn.requests,
    first: restsOn.first,
    last: restsOn.last,
  },
})

export async function insertVerdict(transaction: Queryable, verdict: Verdict): Promise<void> {
  await transaction.query(
    `insert into rollout_verdicts (id, rollout_id, step, at, decision, reasons, candidates, rests_on)
     values ($1, $2, $3, $4, $5, $6::text::jsonb, $7::text::jsonb, $8::text::jsonb)`,
    [
      verdict.id,
      verdict.rolloutId,
      verdict.step,
      verdict.at,
      verdict.decision,
      JSON.stringify(verdict.reasons),
      JSON.stringify(verdict.candidates),
      JSON.stringify(verdict.restsOn),
    ],
  )
}

/** The newest first; of one step where it is given. */
export async function listVerdicts(
  queryable: Queryable,
  rolloutId: string,
  page: {
    readonly step?: number | undefined
    readonly before?: Pick<Verdict, 'at' | 'id'> | undefined
    readonly limit: number
  },
): Promise<Verdict[]> {
  const rows = await queryable.query<VerdictRow>(
    `select * from rollout_verdicts where rollout_id = $1 and ($2::int is null or step = $2)
       and ($3::timestamptz is null or (at, id) < ($3, $4::uuid))
     order by at desc, id desc limit $5`,
    [rolloutId, page.step ?? null, page.before?.at ?? null, page.before?.id ?? null, page.limit],
  )
  return rows.map(toVerdict)
}

export async function findVerdict(
  queryable: Queryable,
  rolloutId: string,
  id: string,
): Promise<Verdict | undefined> {
  const [row] = await queryable.query<VerdictRow>(
    'select * from rollout_verdicts where rollout_id = $1 and id = $2',
    [rolloutId, id],
  )
  return row && toVerdict(row)
}

/** The last of each of several rollouts. */
export async function lastVerdicts(
  queryable: Queryable,
  rolloutIds: readonly string[],
): Promise<Map<string, Verdict>> {
  const rows = await queryable.query<VerdictRow>(
    `select distinct on (rollout_id) * from rollout_verdicts where rollout_id = any($1::uuid[])
     order by rollout_id, at desc, id desc`,
    [rolloutIds],
  )
  return new Map(rows.map(row => [row.rollout_id, toVerdict(row)]))
}
