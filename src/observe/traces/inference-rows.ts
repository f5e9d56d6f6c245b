import type { Usage } from '../../foundation/config/index.ts'
import { type InferenceDecisions, short, toStoredDecisions } from './decisions.ts'
import type { Inference, InferenceAttempt } from './inference.ts'
import type { InferenceVerdict } from './verdict.ts'

/** The columns of `inferences` with the types that a batch of JSON is read back as. */
export const inferenceColumns = {
  id: 'uuid',
  request_id: 'text',
  trace_id: 'uuid',
  span_id: 'text',
  parent_span_id: 'text',
  tenant: 'text',
  conversation_id: 'text',
  key_id: 'text',
  service: 'text',
  release: 'text',
  target: 'text',
  upstream_model: 'text',
  operation: 'text',
  is_stream: 'boolean',
  outcome: 'text',
  status: 'smallint',
  failure_code: 'text',
  failure_message: 'text',
  finish_reason: 'text',
  input_tokens: 'integer',
  cache_read_tokens: 'integer',
  cache_write_tokens: 'integer',
  output_tokens: 'integer',
  reasoning_tokens: 'integer',
  cache_write_hour_tokens: 'integer',
  audio_input_tokens: 'integer',
  image_input_tokens: 'integer',
  audio_output_tokens: 'integer',
  image_output_tokens: 'integer',
  usage_units: 'json',
  cost_nano_usd: 'bigint',
  reported_cost_nano_usd: 'bigint',
  service_tier: 'text',
  upstream_id: 'text',
  is_cost_estimate: 'boolean',
  cache: 'text',
  saved_nano_usd: 'bigint',
  started_at: 'timestamptz',
  latency_ms: 'double precision',
  ttft_ms: 'double precision',
  admitted_ms: 'double precision',
  upstream_start_ms: 'double precision',
  upstream_headers_ms: 'double precision',
  attempts: 'json',
  decisions: 'json',
  policy_hash: 'text',
  snapshot_hash: 'text',
  verdicts: 'jsonb',
  verdict: 'text',
  no_training: 'text',
  rollout: 'text',
  rollout_step: 'smallint',
  arm: 'text',
  is_shadow: 'boolean',
} as const

type Column = keyof typeof inferenceColumns

/** A row on its way in; what is `undefined` is left out of the JSON and becomes null. */
export function toRow(
  inference: Inference,
): Record<
  Column,
  | string
  | number
  | boolean
  | Usage['units']
  | readonly InferenceAttempt[]
  | readonly InferenceVerdict[]
  | InferenceDecisions
> {
  const { usage } = inference
  return {
    id: inference.id,
    request_id: clean(inference.requestId),
    trace_id: inference.traceId,
    span_id: inference.spanId,
    parent_span_id: inference.parentSpanId,
    tenant: inference.tenant,
    conversation_id: inference.conversationId,
    no_training: inference.noTraining,
    key_id: inference.keyId,
    service: inference.service,
    release: inference.release,
    rollout: inference.rollout,
    rollout_step: inference.rolloutStep,
    arm: inference.arm,
    is_shadow: inference.isShadow ?? false,
    target: inference.target,
    upstream_model: clean(inference.upstreamModel),
    operation: inference.operation,
    is_stream: inference.isStream,
    outcome: inference.outcome,
    status: inference.status,
    failure_code: clean(inference.failureCode),
    failure_message: clean(inference.failureMessage),
    finish_reason: clean(inference.finishReason),
    input_tokens: usage?.inputTokens,
    cache_read_tokens: usage?.cacheReadTokens,
    cache_write_tokens: usage?.cacheWriteTokens,
    output_tokens: usage?.outputTokens,
    reasoning_tokens: usage?.reasoningTokens,
    cache_write_hour_tokens: usage?.cacheWriteHourTokens,
    audio_input_tokens: usage?.audioInputTokens,
    image_input_tokens: usage?.imageInputTokens,
    audio_output_tokens: usage?.audioOutputTokens,
    image_output_tokens: usage?.imageOutputTokens,
    usage_units: usage?.units,
    cost_nano_usd: inference.costNanoUsd,
    reported_cost_nano_usd: inference.reportedCostNanoUsd,
    service_tier: clean(inference.serviceTier),
    upstream_id: clean(inference.upstreamId),
    is_cost_estimate: inference.isCostEstimate,
    cache: inference.cache,
    saved_nano_usd: inference.savedNanoUsd,
    started_at: new Date(inference.startedAtMs).toISOString(),
    latency_ms: inference.latencyMs,
    ttft_ms: inference.timeToFirstTokenMs,
    admitted_ms: inference.admittedMs,
    upstream_start_ms: inference.upstreamStartMs,
    upstream_headers_ms: inference.upstreamHeadersMs,
    attempts: inference.attempts && inference.attempts.map(cleanAttempt),
    decisions: inference.decisions && toStoredDecisions(inference.decisions, inference.charges),
    verdicts: inference.verdicts && inference.verdicts.map(cleanVerdict),
    policy_hash: inference.policyHash,
    snapshot_hash: inference.snapshotHash,
    verdict: inference.verdict,
  }
}

function cleanVerdict(verdict: InferenceVerdict): InferenceVerdict {
  const { startMs, durationMs, why } = verdict
  return { ...verdict, startMs: short(startMs), durationMs: short(durationMs), why: clean(why) }
}

function cleanAttempt(attempt: InferenceAttempt): InferenceAttempt {
  return {
    ...attempt,
    startMs: short(attempt.startMs),
    sentMs: short(attempt.sentMs),
    headersMs: short(attempt.headersMs),
    firstTokenMs: short(attempt.firstTokenMs),
    endMs: short(attempt.endMs),
    model: clean(attempt.model),
    message: clean(attempt.message),
  }
}

/** Postgres stores neither NUL nor half a surrogate pair, and clients and upstreams may send both. */
function clean<Text extends string | undefined>(text: Text): Text {
  if (text === undefined || (!text.includes('\0') && text.isWellFormed())) return text
  return text.replaceAll('\0', '').toWellFormed() as Text
}

export interface InferenceRow {
  readonly id: string
  readonly request_id: string
  readonly trace_id: string
  readonly span_id: string
  readonly parent_span_id: string | null
  readonly tenant: string
  readonly conversation_id: string | null
  readonly no_training: 'header' | 'store' | null
  readonly key_id: string
  readonly service: string
  readonly release: string | null
  readonly target: string | null
  readonly upstream_model: string | null
  readonly operation: Inference['operation']
  readonly is_stream: boolean
  readonly outcome: Inference['outcome']
  readonly status: number
  readonly failure_code: string | null
  readonly failure_message: string | null
  readonly finish_reason: string | null
  readonly input_tokens: number | null
  readonly cache_read_tokens: number | null
  readonly cache_write_tokens: number | null
  readonly output_tokens: number | null
  readonly reasoning_tokens: number | null
  readonly cache_write_hour_tokens: number | null
  readonly audio_input_tokens: number | null
  readonly image_input_tokens: number | null
  readonly audio_output_tokens: number | null
  readonly image_output_tokens: number | null
  readonly usage_units: NonNullable<Usage['units']> | null
  readonly cost_nano_usd: number | null
  readonly reported_cost_nano_usd: number | null
  readonly service_tier: string | null
  readonly upstream_id: string | null
  readonly is_cost_estimate: boolean
  readonly cache: Inference['cache'] | null
  readonly saved_nano_usd: number | null
  readonly started_at: Date
  readonly latency_ms: number
  readonly ttft_ms: number | null
  readonly admitted_ms: number | null
  readonly upstream_start_ms: number | null
  readonly upstream_headers_ms: number | null
  readonly attempts: readonly InferenceAttempt[] | null
  readonly decisions: InferenceDecisions | null
  readonly policy_hash: string | null
  readonly snapshot_hash: string
  readonly verdicts: readonly InferenceVerdict[] | null
  readonly verdict: string | null
  readonly rollout: string | null
  readonly rollout_step: number | null
  readonly arm: string | null
  readonly is_shadow: boolean
}

export function toInference(row: InferenceRow): Inference {
  return {
    id: row.id,
    requestId: row.request_id,
    traceId: row.trace_id.replaceAll('-', ''),
    spanId: row.span_id,
    parentSpanId: row.parent_span_id ?? undefined,
    tenant: row.tenant,
    conversationId: row.conversation_id ?? undefined,
    noTraining: row.no_training ?? undefined,
    keyId: row.key_id,
    service: row.service,
    release: row.release ?? undefined,
    rollout: row.rollout ?? undefined,
    rolloutStep: row.rollout_step ?? undefined,
    arm: row.arm ?? undefined,
    isShadow: row.is_shadow,
    target: row.target ?? undefined,
    upstreamModel: row.upstream_model ?? undefined,
    operation: row.operation,
    isStream: row.is_stream,
    outcome: row.outcome,
    status: row.status,
    failureCode: row.failure_code ?? undefined,
    failureMessage: row.failure_message ?? undefined,
    finishReason: row.finish_reason ?? undefined,
    usage:
      row.input_tokens === null
        ? undefined
        : {
            inputTokens: row.input_tokens,
            cacheReadTokens: row.cache_read_tokens ?? 0,
            cacheWriteTokens: row.cache_write_tokens ?? 0,
            outputTokens: row.output_tokens ?? 0,
            reasoningTokens: row.reasoning_tokens ?? 0,
            cacheWriteHourTokens: row.cache_write_hour_tokens ?? 0,
            audioInputTokens: row.audio_input_tokens ?? 0,
            imageInputTokens: row.image_input_tokens ?? 0,
            audioOutputTokens: row.audio_output_tokens ?? 0,
            imageOutputTokens: row.image_output_tokens ?? 0,
            ...(row.usage_units !== null && { units: row.usage_units }),
          },
    costNanoUsd: row.cost_nano_usd ?? undefined,
    reportedCostNanoUsd: row.reported_cost_nano_usd ?? undefined,
    serviceTier: row.service_tier ?? undefined,
    upstreamId: row.upstream_id ?? undefined,
    isCostEstimate: row.is_cost_estimate,
    cache: row.cache ?? undefined,
    savedNanoUsd: row.saved_nano_usd ?? undefined,
    startedAtMs: row.started_at.getTime(),
    latencyMs: row.latency_ms,
    timeToFirstTokenMs: row.ttft_ms ?? undefined,
    admittedMs: row.admitted_ms ?? undefined,
    upstreamStartMs: row.upstream_start_ms ?? undefined,
    upstreamHeadersMs: row.upstream_headers_ms ?? undefined,
    attempts: row.attempts ?? undefined,
    decisions: row.decisions ?? undefined,
    verdicts: row.verdicts ?? undefined,
    policyHash: row.policy_hash ?? undefined,
    snapshotHash: row.snapshot_hash,
    verdict: row.verdict ?? undefined,
    content: undefined,
  }
}
