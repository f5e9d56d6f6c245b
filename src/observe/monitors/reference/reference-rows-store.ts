import type { Queryable } from '../../../foundation/platform/index.ts'
import { timeOfId } from '../../../foundation/platform/index.ts'
import { leastIdAt } from '../../traces/index.ts'
import type { InferenceVerdict } from '../../traces/index.ts'
import { hasTexts, type SeenInference, type SeenOpinion, toSeen, type Watched } from '../streams/seen.ts'

interface InferenceRow {
  readonly id: string
  readonly tenant: string
  readonly release: string | null
  readonly arm: string | null
  readonly operation: string
  readonly started_at: Date
  readonly outcome: Watched['outcome']
  readonly status: number
  readonly failure_code: string | null
  readonly finish_reason: string | null
  readonly is_stream: boolean
  readonly latency_ms: number
  readonly ttft_ms: number | null
  readonly cost_nano_usd: number | string | null
  readonly input_tokens: number | null
  readonly cache_read_tokens: number | null
  readonly cache_write_tokens: number | null
  readonly output_tokens: number | null
  readonly reasoning_tokens: number | null
  readonly verdicts: readonly InferenceVerdict[] | null
  readonly has_content: boolean
}

const inferenceColumns = `i.id, i.tenant, i.release, i.arm, i.operation, i.started_at, i.outcome, i.status, i.failure_code, i.finish_reason,
  i.is_stream, i.latency_ms, i.ttft_ms, i.cost_nano_usd, i.input_tokens, i.cache_read_tokens, i.cache_write_tokens, i.output_tokens,
  i.reasoning_tokens, i.verdicts`

const slots = 200
/** Lengths are of text. */
const noOtherTokens = {
  cacheWriteHourTokens: 0,
  audioInputTokens: 0,
  imageInputTokens: 0,
  audioOutputTokens: 0,
  imageOutputTokens: 0,
}

/** What is to be the reference, in the order of time: at most `most` in all, spread over the time where there are more. */
export async function readReferenceInferences(
  queryable: Queryable,
  service: string,
  window: { readonly fromMs: number; readonly untilMs: number },
  most: number,
): Promise<SeenInference[]> {
  const rows = await spread(
    window,
    most,
    async () => {
      const [first] = await queryable.query<{ id: string }>(
        'select id from inferences where service = $1 and id >= $2::uuid and id < $3::uuid order by id limit 1',
        [service, leastIdAt(window.fromMs), leastIdAt(window.untilMs)],
      )
      return first?.id
    },
    async (bounds, each) =>
      await queryable.query<InferenceRow>(
        `select slot.* from unnest($2::uuid[], $3::uuid[]) as bound (low, high), lateral (
           select ${inferenceColumns}, c.inference_id is not null and i.no_training is null as has_content
             from inferences i left join inference_contents c on c.inference_id = i.id
            where i.service = $1 and i.id >= bound.low and i.id < bound.high and i.key_id not like '%:%' and not i.is_shadow
            order by i.id limit $4) as slot order by slot.id`,
        [service, bounds.map(([low]) => low), bounds.map(([, high]) => high), each],
      ),
  )
  return rows.map(row =>
    toSeen(
      {
        id: row.id,
        startedAtMs: row.started_at.getTime(),
        tenant: row.tenant,
        release: row.release ?? undefined,
        arm: row.arm ?? undefined,
        outcome: row.outcome,
        status: row.status,
        failureCode: row.failure_code ?? undefined,
        finishReason: row.finish_reason ?? undefined,
        isStream: row.is_stream,
        latencyMs: row.latency_ms,
        timeToFirstTokenMs: row.ttft_ms ?? undefined,
        costNanoUsd: row.cost_nano_usd === null ? undefined : Number(row.cost_nano_usd),
        usage:
          row.input_tokens === null
            ? undefined
            : {
                inputTokens: row.input_tokens,
                cacheReadTokens: row.cache_read_tokens ?? 0,
                cacheWriteTokens: row.cache_write_tokens ?? 0,
                outputTokens: row.output_tokens ?? 0,
                reasoningTokens: row.reasoning_tokens ?? 0,
                ...noOtherTokens,
              },
        verdicts: row.verdicts ?? undefined,
      },
      row.has_content && hasTexts(row.operation),
    ),
  )
}

interface OpinionRow {
  readonly id: string
  readonly tenant: string
  readonly release: string | null
  readonly value: number
}

/** Scores of a judge as it is declared now, in the order of the time of their inferences. */
export async function readReferenceScores(
  queryable: Queryable,
  judge: { readonly name: string; readonly hash: string },
  service: string,
  window: { readonly fromMs: number; readonly untilMs: number },
  most: number,
): Promise<SeenOpinion[]> {
  const rows = await queryable.query<OpinionRow>(
    `select s.inference_id as id, s.tenant, i.release, s.value
       from inference_scores s join inferences i on i.id = s.inference_id
      where s.name = $1 and s.service = $2 and not i.is_shadow and s.judge_hash = $3 and s.value is not null
        and s.inference_id >= $4::uuid and s.inference_id < $5::uuid order by s.inference_id desc limit $6`,
    [judge.name, service, judge.hash, leastIdAt(window.fromMs), leastIdAt(window.untilMs), most],
  )
  return rows.toReversed().map(row => ({ ...toOpinion(row), judge: judge.name, judgeHash: judge.hash }))
}

export async function readReferenceFeedback(
  queryable: Queryable,
  service: string,
  window: { readonly fromMs: number; readonly untilMs: number },
  most: number,
): Promise<SeenOpinion[]> {
  const rows = await queryable.query<OpinionRow>(
    `select f.inference_id as id, f.tenant, i.release, f.score as value
       from inference_feedback f join inferences i on i.id = f.inference_id
      where i.service = $1 and not i.is_shadow and f.score is not null and f.inference_id >= $2::uuid and f.inference_id < $3::uuid
      order by f.inference_id desc, f.id desc limit $4`,
    [service, leastIdAt(window.fromMs), leastIdAt(window.untilMs), most],
  )
  return rows.toReversed().map(toOpinion)
}

function toOpinion({ id, tenant, release, value }: OpinionRow): SeenOpinion {
  return { id, timeMs: timeOfId(id) ?? 0, tenant, release: release ?? undefined, value }
}

async function spread<Row extends { readonly id: string }>(
  { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
  most: number,
  first: () => Promise<string | undefined>,
  read: (bounds: readonly [string, string][], each: number) => Promise<Row[]>,
): Promise<Row[]> {
  const firstId = await first()
  if (firstId === undefined) return []
  const beginMs = Math.max(fromMs, timeOfId(firstId) ?? fromMs)
  const bounds = Array.from({ length: slots }, (_, slot): [string, string] => [
    leastIdAt(beginMs + ((untilMs - beginMs) * slot) / slots),
    leastIdAt(beginMs + ((untilMs - beginMs) * (slot + 1)) / slots),
  ])
  const each = Math.ceil(most / slots)
  const rows = await read(bounds, each)
  // bursts with nothing between them: few slots that are full say less than all that there is
  if (rows.length >= most / 4) return rows
  return await read([[leastIdAt(beginMs), leastIdAt(untilMs)]], most)
}

/** Which release answered these, and on which side of a rollout, by the inference. */
export async function findSides(
  queryable: Queryable,
  ids: readonly string[],
): Promise<Map<string, Pick<SeenOpinion, 'release' | 'arm'>>> {
  if (ids.length === 0) return new Map()
  const rows = await queryable.query<{ id: string; release: string | null; arm: string | null }>(
    'select id, release, arm from inferences where id = any($1::uuid[])',
    [ids],
  )
  return new Map(
    rows.map(({ id, release, arm }) => [id, { release: release ?? undefined, arm: arm ?? undefined }]),
  )
}
