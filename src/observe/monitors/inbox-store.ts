import type { Queryable } from '../../foundation/platform/index.ts'
import type { SeenInference, SeenOpinion } from './streams/seen.ts'

export type InboxEntry =
  | { readonly service: string; readonly kind: 'inference'; readonly items: readonly SeenInference[] }
  | { readonly service: string; readonly kind: 'score' | 'feedback'; readonly items: readonly SeenOpinion[] }

/** Adds entries, all or none: where as many as `most` wait already nothing is added. Returns whether they were. */
export async function putInbox(
  queryable: Queryable,
  entries: readonly InboxEntry[],
  most: number,
  now: Date,
): Promise<boolean> {
  const rows = await queryable.query(
    `insert into monitor_inbox (service, kind, at, items)
     select service, kind, $2, items::json from unnest($3::text[], $4::text[], $5::text[]) as entry (service, kind, items)
     where (select count(*) from (select 1 from monitor_inbox limit $1) as waiting) < $1 returning id`,
    [
      most,
      now,
      entries.map(({ service }) => service),
      entries.map(({ kind }) => kind),
      entries.map(({ items }) => JSON.stringify(items)),
    ],
  )
  return rows.length > 0 || entries.length === 0
}

export type WaitingEntry = InboxEntry & { readonly id: number }

/** The oldest, at most `limit`. */
export async function readInbox(queryable: Queryable, limit: number): Promise<WaitingEntry[]> {
  const rows = await queryable.query<{ id: string | number; service: string; kind: string; items: unknown }>(
    'select id, service, kind, items from monitor_inbox order by id limit $1',
    [limit],
  )
  return rows.map(row => ({ ...row, id: Number(row.id) }) as WaitingEntry)
}

/** How many were there. */
export async function removeFromInbox(queryable: Queryable, ids: readonly number[]): Promise<number> {
  const rows = await queryable.query('delete from monitor_inbox where id = any($1::bigint[]) returning id', [
    ids,
  ])
  return rows.length
}

export async function countInbox(
  queryable: Queryable,
): Promise<{ readonly entries: number; readonly oldest: Date | undefined }> {
  const [row] = await queryable.query<{ entries: number; oldest: Date | null }>(
    'select count(*)::integer as entries, min(at) as oldest from monitor_inbox',
  )
  return { entries: row?.entries ?? 0, oldest: row?.oldest ?? undefined }
}
