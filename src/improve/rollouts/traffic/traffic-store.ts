import type { Queryable } from '../../../foundation/platform/index.ts'
import type { DeclaredTraffic, ServiceTraffic } from './service-traffic.ts'

/** Told of every change to the traffic of a service, with its name. */
export const trafficChannel = 'service_traffic'

interface TrafficRow {
  readonly service: string
  readonly revision: number
  readonly state: DeclaredTraffic
}

const toTraffic = ({ service, revision, state }: TrafficRow): ServiceTraffic => ({
  service,
  revision,
  ...state,
})

export async function listTraffic(queryable: Queryable): Promise<ServiceTraffic[]> {
  const rows = await queryable.query<TrafficRow>(
    'select service, revision, state from service_traffic order by service',
  )
  return rows.map(toTraffic)
}

export async function findTraffic(
  queryable: Queryable,
  service: string,
): Promise<ServiceTraffic | undefined> {
  const [row] = await queryable.query<TrafficRow>(
    'select service, revision, state from service_traffic where service = $1',
    [service],
  )
  return row && toTraffic(row)
}

/** Those who change the traffic of a service come after each other until the transaction has ended. */
export async function lockTraffic(queryable: Queryable, service: string): Promise<void> {
  await queryable.query('select pg_advisory_xact_lock(hashtextextended($1, 48))', [service])
}

/** Puts another state in the place of the one before and tells every process; returns its revision. */
export async function putTraffic(
  transaction: Queryable,
  service: string,
  state: DeclaredTraffic,
  now: Date,
): Promise<number> {
  const [row] = await transaction.query<{ revision: number }>(
    `insert into service_traffic as kept (service, revision, state, changed_at) values ($1, 1, $2::text::jsonb, $3)
     on conflict (service) do update
       set revision = kept.revision + 1, state = excluded.state, changed_at = excluded.changed_at
     returning revision`,
    [service, JSON.stringify(state), now],
  )
  await transaction.query('select pg_notify($1, $2)', [trafficChannel, service])
  return row?.revision ?? 1
}

export const releaseCauses = ['file', 'promotion', 'by-hand'] as const

/** From when on a release was live, and why. */
export interface LiveRelease {
  readonly id: string
  readonly service: string
  readonly release: string
  readonly at: Date
  readonly cause: (typeof releaseCauses)[number]
  readonly rolloutId: string | undefined
  readonly actor: string
  readonly actorName: string
  readonly reason: string
}

export async function insertLiveRelease(queryable: Queryable, one: LiveRelease): Promise<void> {
  await queryable.query(
    `insert into service_releases (id, service, release, at, cause, rollout_id, actor, actor_name, reason)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      one.id,
      one.service,
      one.release,
      one.at,
      one.cause,
      one.rolloutId ?? null,
      one.actor,
      one.actorName,
      one.reason,
    ],
  )
}

interface ReleaseRow {
  readonly id: string
  readonly service: string
  readonly release: string
  readonly at: Date
  readonly cause: LiveRelease['cause']
  readonly rollout_id: string | null
  readonly actor: string
  readonly actor_name: string
  readonly reason: string
}

/** The newest first. */
export async function listLiveReleases(
  queryable: Queryable,
  service: string,
  limit: number,
): Promise<LiveRelease[]> {
  const rows = await queryable.query<ReleaseRow>(
    'select * from service_releases where service = $1 order by at desc, id desc limit $2',
    [service, limit],
  )
  return rows.map(({ rollout_id: rolloutId, actor_name: actorName, ...row }) => ({
    ...row,
    rolloutId: rolloutId ?? undefined,
    actorName,
  }))
}
