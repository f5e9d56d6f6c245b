import type { Queryable } from '../../../foundation/platform/index.ts'
import { leastIdAt } from '../../traces/index.ts'

/** A window of a service's inferences; `tenant` left out is all. */
export interface TrafficWindow {
  readonly tenant: string | undefined
  readonly service: string
  readonly release?: string | undefined
  readonly sinceMs: number
  readonly untilMs: number
}

const within = `i.service = $1 and not i.is_shadow and i.id >= $2::uuid and i.id < $3::uuid and ($4::text is null or i.tenant = $4)
  and ($5::text is null or i.release = $5)`

const valuesOf = (window: TrafficWindow): unknown[] => [
  window.service,
  leastIdAt(window.sinceMs),
  leastIdAt(window.untilMs),
  window.tenant ?? null,
  window.release ?? null,
]

export async function countTraffic(queryable: Queryable, window: TrafficWindow): Promise<number> {
  const [row] = await queryable.query<{ count: number }>(
    `select count(*)::int8 as count from inferences i where ${within}`,
    valuesOf(window),
  )
  return row?.count ?? 0
}

/** The judges that have found something in the window. */
export async function listJudges(queryable: Queryable, window: TrafficWindow): Promise<string[]> {
  const rows = await queryable.query<{ name: string }>(
    `select distinct name from inference_scores where service = $1 and inference_id >= $2::uuid and inference_id < $3::uuid
       and value is not null order by name limit 20`,
    [window.service, leastIdAt(window.sinceMs), leastIdAt(window.untilMs)],
  )
  return rows.map(({ name }) => name)
}

/** One more than the bits of a share. */
export const shareParts = 1_048_576

export interface TrafficPage {
  /** JSON lines with `_id`, one an inference, made by the database: nothing of them is parsed here. */
  readonly lines: string
  readonly ids: readonly string[]
}

/** A page in the order of ids, after `after`; of all, those whose hash under the seed is below `share` of `shareParts`. */
export async function readTrafficPage(
  queryable: Queryable,
  window: TrafficWindow,
  page: {
    readonly after: string | undefined
    readonly limit: number
    readonly share: number
    readonly seed: number
  },
): Promise<TrafficPage> {
  const [row] = await queryable.query<{ lines: string | null; ids: string[] | null }>(
    `select string_agg(line, E'\\n' order by _id) as lines, array_agg(_id::text order by _id) as ids from (
       select i.id as _id, (jsonb_build_object('_id', i.id, 'tenant', i.tenant, 'service', i.service, 'release', i.release, 'arm', i.arm,
           'target', i.target, 'model', i.upstream_model, 'operation', i.operation, 'key', i.key_id,
           'streamed', case when i.is_stream then 'yes' else 'no' end,
           'hour', to_char(i.started_at at time zone 'UTC', 'HH24'), 'outcome', i.outcome, 'failure', i.failure_code,
           'finish_reason', i.finish_reason, 'cache', i.cache, 'verdict', i.verdict, 'latency_ms', i.latency_ms,
           'first_token_ms', i.ttft_ms, 'input_tokens', i.input_tokens, 'output_tokens', i.output_tokens,
           'cost_usd', i.cost_nano_usd / 1e9, 'feedback', f.score) || coalesce(s.scores, '{}'))::text as line
       from inferences i
       left join lateral (select score from inference_feedback where inference_id = i.id and score is not null
         order by created_at desc limit 1) f on true
       left join lateral (select jsonb_object_agg('score.' || name, value) as scores from inference_scores
         where inference_id = i.id and value is not null) s on true
       where ${within} and ($6::uuid is null or i.id > $6)
         and ($7 >= ${shareParts} or (hashtextextended(i.id::text, $8) & ${shareParts - 1}) < $7)
       order by i.id limit $9) rows`,
    [...valuesOf(window), page.after ?? null, page.share, page.seed, page.limit],
  )
  return { lines: row?.lines ?? '', ids: row?.ids ?? [] }
}
