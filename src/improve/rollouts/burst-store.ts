import type { Queryable } from '../../foundation/platform/index.ts'
import type { Burst } from './burst.ts'

/** False where the rollout is gone. */
export async function insertBurst(
  queryable: Queryable,
  burst: Burst & { readonly id: string },
): Promise<boolean> {
  const rows = await queryable.query(
    `insert into rollout_bursts (id, rollout_id, step, release, at, seen_by, evidence)
     select $1, id, $3, $4, $5, $6, $7::text::jsonb from rollouts where id = $2 returning id`,
    [
      burst.id,
      burst.rollout,
      burst.step,
      burst.candidate,
      new Date(burst.atMs),
      burst.seenBy,
      JSON.stringify({ reason: burst.reason, explanation: burst.explanation, ...burst.evidence }),
    ],
  )
  return rows.length > 0
}

export interface SeenBurst {
  readonly id: string
  readonly step: number
  readonly release: string
  readonly at: Date
  readonly seenBy: string
  readonly evidence: Readonly<Record<string, unknown>>
}

/** What was seen of candidates, the oldest first; of one step where it is given. */
export async function listBursts(
  queryable: Queryable,
  rolloutId: string,
  step?: number,
): Promise<SeenBurst[]> {
  const rows = await queryable.query<{
    readonly id: string
    readonly step: number
    readonly release: string
    readonly at: Date
    readonly seen_by: string
    readonly evidence: Readonly<Record<string, unknown>>
  }>(
    `select id, step, release, at, seen_by, evidence from rollout_bursts
     where rollout_id = $1 and ($2::int is null or step = $2) order by at, id limit 100`,
    [rolloutId, step ?? null],
  )
  return rows.map(({ seen_by: seenBy, ...row }) => ({ ...row, seenBy }))
}
