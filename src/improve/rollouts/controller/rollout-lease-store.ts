import type { Queryable } from '../../../foundation/platform/index.ts'
import type { Rollout } from '../rollout.ts'
import { openRow, type RolloutRow, toRollout } from '../rollout-store.ts'

/** Takes the open rollout that is due and that nobody works on. */
export async function claimRollout(
  queryable: Queryable,
  owner: string,
  leaseSeconds: number,
): Promise<Rollout | undefined> {
  const [row] = await queryable.query<RolloutRow>(
    `update rollouts set lease_owner = $1, lease_until = now() + make_interval(secs => $2)
     where id = (select id from rollouts
       where ${openRow} and look_at <= now() and (lease_until is null or lease_until < now())
       order by look_at limit 1 for update skip locked)
     returning *`,
    [owner, leaseSeconds],
  )
  return row && toRollout(row)
}

/** Holds the lease longer; the revision that it is at, or `undefined` where another process has it. */
export async function renewRolloutLease(
  queryable: Queryable,
  id: string,
  owner: string,
  leaseSeconds: number,
): Promise<number | undefined> {
  const [row] = await queryable.query<{ revision: number }>(
    `update rollouts set lease_until = now() + make_interval(secs => $3)
     where id = $1 and lease_owner = $2 returning revision`,
    [id, owner, leaseSeconds],
  )
  return row?.revision
}

export async function releaseRolloutLease(queryable: Queryable, id: string, owner: string): Promise<void> {
  await queryable.query(
    'update rollouts set lease_owner = null, lease_until = null where id = $1 and lease_owner = $2',
    [id, owner],
  )
}

/** Nobody looks at it before, unless something happens to it; not where something has since. */
export async function lookAgainAt(
  queryable: Queryable,
  rollout: Pick<Rollout, 'id' | 'revision'>,
  at: Date,
): Promise<void> {
  await queryable.query('update rollouts set look_at = $3 where id = $1 and revision = $2', [
    rollout.id,
    rollout.revision,
    at,
  ])
}

/** There is something to look at: now. */
export async function lookNow(queryable: Queryable, id: string): Promise<void> {
  await queryable.query(`update rollouts set look_at = now() where id = $1 and ${openRow}`, [id])
}

/** Locks it for the rest of a transaction, where this owner has the lease; anybody's where none is named. */
export async function lockRollout(
  transaction: Queryable,
  id: string,
  owner?: string,
): Promise<Rollout | undefined> {
  const [row] = await transaction.query<RolloutRow>(
    'select * from rollouts where id = $1 and ($2::text is null or lease_owner = $2) for update',
    [id, owner ?? null],
  )
  return row && toRollout(row)
}
