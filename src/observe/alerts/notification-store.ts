import { createId, type Queryable } from '../../foundation/platform/index.ts'

export const notificationKinds = ['firing', 'reminder', 'resolved', 'test'] as const
export type NotificationKind = (typeof notificationKinds)[number]

/** Something that is to be sent to one channel, or was. */
export interface Notification {
  readonly id: string
  readonly channel: string
  readonly groupKey: string
  readonly kind: NotificationKind
  readonly alertIds: readonly string[]
  readonly createdAt: Date
  readonly dueAt: Date
  readonly state: 'waiting' | 'sent' | 'failed'
  readonly attempts: number
  readonly lastError: string | undefined
  readonly settledAt: Date | undefined
}

interface Row {
  readonly id: string
  readonly channel: string
  readonly group_key: string
  readonly kind: NotificationKind
  readonly alert_ids: readonly string[]
  readonly created_at: Date
  readonly due_at: Date
  readonly state: Notification['state']
  readonly attempts: number
  readonly last_error: string | null
  readonly settled_at: Date | null
}

const columns =
  'id, channel, group_key, kind, alert_ids, created_at, due_at, state, attempts, last_error, settled_at'

function toNotification(row: Row): Notification {
  return {
    id: row.id,
    channel: row.channel,
    groupKey: row.group_key,
    kind: row.kind,
    alertIds: row.alert_ids,
    createdAt: row.created_at,
    dueAt: row.due_at,
    state: row.state,
    attempts: row.attempts,
    lastError: row.last_error ?? undefined,
    settledAt: row.settled_at ?? undefined,
  }
}

export type NewNotification = Pick<
  Notification,
  'channel' | 'groupKey' | 'kind' | 'alertIds' | 'createdAt' | 'dueAt'
>

/** Joins one of the same channel, group and kind that waits for others, or adds another. */
export async function addNotification(
  transaction: Queryable,
  notification: NewNotification,
): Promise<string> {
  const { channel, groupKey, kind, alertIds, createdAt, dueAt } = notification
  const [joined] = await transaction.query<{ id: string }>(
    `update alert_notifications set alert_ids = array(select distinct unnest(alert_ids || $4::uuid[]))
      where channel = $1 and group_key = $2 and kind = $3 and state = 'waiting' and attempts = 0
        and due_at > $5 and claimed_until is null returning id`,
    [channel, groupKey, kind, alertIds, createdAt],
  )
  if (joined) return joined.id
  const id = createId()
  await transaction.query(
    `insert into alert_notifications (id, channel, group_key, kind, alert_ids, created_at, due_at, state)
     values ($1, $2, $3, $4, $5, $6, $7, 'waiting')`,
    [id, channel, groupKey, kind, alertIds, createdAt, dueAt],
  )
  return id
}

/** Takes some that are due; nobody else takes them until the claim ends, and who is killed gives them back with it. */
export async function claimDue(
  queryable: Queryable,
  nowMs: number,
  claimMs: number,
  limit: number,
): Promise<Notification[]> {
  const rows = await queryable.query<Row>(
    `update alert_notifications set claimed_until = $2, attempts = attempts + 1
      where id in (select id from alert_notifications
                    where state = 'waiting' and due_at <= $1 and (claimed_until is null or claimed_until <= $1)
                    order by due_at limit $3 for update skip locked)
      returning ${columns}`,
    [new Date(nowMs), new Date(nowMs + claimMs), limit],
  )
  return rows.map(toNotification)
}

/** Sent, given up, or to be tried again at `dueAt`. */
export async function settleNotification(
  queryable: Queryable,
  id: string,
  outcome: { readonly state: Notification['state']; readonly at: Date; readonly error?: string | undefined },
): Promise<void> {
  const { state, at, error } = outcome
  await queryable.query(
    `update alert_notifications set state = $2, claimed_until = null, last_error = $4,
       due_at = case when $2 = 'waiting' then $3 else due_at end,
       settled_at = case when $2 = 'waiting' then null else $3 end
     where id = $1`,
    [id, state, at, error ?? null],
  )
}

/** The last that became of each channel, newest first. */
export async function listNotifications(queryable: Queryable, limit: number): Promise<Notification[]> {
  const rows = await queryable.query<Row>(
    `select ${columns} from alert_notifications order by created_at desc limit $1`,
    [limit],
  )
  return rows.map(toNotification)
}

export interface ChannelState {
  readonly channel: string
  readonly waiting: number
  readonly lastSentAt: Date | undefined
  readonly lastFailedAt: Date | undefined
  readonly lastError: string | undefined
}

export async function readChannelStates(queryable: Queryable): Promise<ChannelState[]> {
  const rows = await queryable.query<{
    channel: string
    waiting: number
    last_sent_at: Date | null
    last_failed_at: Date | null
    last_error: string | null
  }>(
    `select channel, count(*) filter (where state = 'waiting')::integer as waiting,
            max(settled_at) filter (where state = 'sent') as last_sent_at,
            max(settled_at) filter (where state = 'failed') as last_failed_at,
            (array_agg(last_error order by created_at desc) filter (where last_error is not null))[1] as last_error
       from alert_notifications group by channel`,
  )
  return rows.map(row => ({
    channel: row.channel,
    waiting: row.waiting,
    lastSentAt: row.last_sent_at ?? undefined,
    lastFailedAt: row.last_failed_at ?? undefined,
    lastError: row.last_error ?? undefined,
  }))
}

export async function dropSettled(queryable: Queryable, beforeMs: number): Promise<void> {
  await queryable.query(`delete from alert_notifications where state <> 'waiting' and settled_at < $1`, [
    new Date(beforeMs),
  ])
}
