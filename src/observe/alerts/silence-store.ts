import type { Queryable } from '../../foundation/platform/index.ts'
import type { Labels } from './labels.ts'

/** What is not sent for a while, by whom and why. */
export interface Silence {
  readonly id: string
  readonly matchers: Labels
  readonly reason: string
  readonly createdBy: string
  readonly createdAt: Date
  readonly startsAt: Date
  readonly endsAt: Date
  readonly endedBy: string | undefined
}

interface Row {
  readonly id: string
  readonly matchers: Labels
  readonly reason: string
  readonly created_by: string
  readonly created_at: Date
  readonly starts_at: Date
  readonly ends_at: Date
  readonly ended_by: string | null
}

const columns = 'id, matchers, reason, created_by, created_at, starts_at, ends_at, ended_by'

function toSilence(row: Row): Silence {
  return {
    id: row.id,
    matchers: row.matchers,
    reason: row.reason,
    createdBy: row.created_by,
    createdAt: row.created_at,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    endedBy: row.ended_by ?? undefined,
  }
}

export async function insertSilence(transaction: Queryable, silence: Silence): Promise<void> {
  await transaction.query(`insert into alert_silences (${columns}) values ($1, $2, $3, $4, $5, $6, $7, $8)`, [
    silence.id,
    JSON.stringify(silence.matchers),
    silence.reason,
    silence.createdBy,
    silence.createdAt,
    silence.startsAt,
    silence.endsAt,
    silence.endedBy ?? null,
  ])
}

/** Those that hold at that moment. */
export async function listActiveSilences(queryable: Queryable, nowMs: number): Promise<Silence[]> {
  const rows = await queryable.query<Row>(
    `select ${columns} from alert_silences where starts_at <= $1 and ends_at > $1 order by ends_at`,
    [new Date(nowMs)],
  )
  return rows.map(toSilence)
}

/** Newest first, those of long ago left out. */
export async function listSilences(queryable: Queryable, endedAfterMs: number): Promise<Silence[]> {
  const rows = await queryable.query<Row>(
    `select ${columns} from alert_silences where ends_at > $1 order by created_at desc limit 500`,
    [new Date(endedAfterMs)],
  )
  return rows.map(toSilence)
}

/** Ends one that still holds; `undefined` where there is none. */
export async function endSilence(
  transaction: Queryable,
  id: string,
  endedBy: string,
  at: Date,
): Promise<Silence | undefined> {
  const [row] = await transaction.query<Row>(
    `update alert_silences set ends_at = $3, ended_by = $2 where id = $1 and ends_at > $3 returning ${columns}`,
    [id, endedBy, at],
  )
  return row && toSilence(row)
}
