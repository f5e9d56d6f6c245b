import { z } from 'zod'
import { type Usage, usageUnits } from '../../foundation/config/index.ts'
import { maskings } from '../../govern/privacy/index.ts'
import { type Inference, type InferenceAttempt, inferenceOperations } from './inference.ts'
import type { InferenceVerdict } from './verdict.ts'

export const usageSchema = z
  .object({
    input_tokens: z.int(),
    cache_read_tokens: z.int(),
    cache_write_tokens: z.int(),
    output_tokens: z.int(),
    reasoning_tokens: z.int(),
    cache_write_hour_tokens: z.int(),
    audio_input_tokens: z.int(),
    image_input_tokens: z.int(),
    audio_output_tokens: z.int(),
    image_output_tokens: z.int(),
    units: z
      .partialRecord(z.enum(usageUnits), z.int())
      .nullable()
      .describe('What is charged beside tokens, where there was any.'),
  })
  .describe('Tokens in disjoint buckets: their sum is all that was processed.')

const attemptSchema = z
  .object({
    target: z.string().describe('`engine:NAME` or `provider:NAME`.'),
    model: z.string(),
    reason: z.string().describe('Why it went there.'),
    start_ms: z.number().describe('All times count from the start of the inference.'),
    sent_ms: z.number().nullable().describe('When it had its place and was sent.'),
    headers_ms: z.number().nullable(),
    first_token_ms: z.number().nullable(),
    end_ms: z.number().nullable(),
    outcome: z
      .string()
      .nullable()
      .describe('`ok`, the code of a failure, or `abandoned` where another was faster.'),
    message: z.string().nullable(),
  })
  .meta({ id: 'InferenceAttempt' })

const verdictSchema = z
  .object({
    guard: z.string().describe('The entry of the policy.'),
    check: z.string(),
    stage: z.enum(['input', 'context', 'tool_call', 'reasoning', 'output']),
    mode: z.enum(['shadow', 'enforce']),
    action: z.string().describe('What the entry declares.'),
    outcome: z
      .enum(['pass', 'flag', 'block', 'mask', 'replace', 'retry', 'fallback', 'escalate', 'error', 'timeout'])
      .describe('What became of it, or would have in `shadow`; `error` and `timeout`: it could not tell.'),
    findings: z
      .array(
        z.object({
          type: z.string(),
          start: z.int(),
          end: z.int(),
          score: z.number(),
          hmac: z.string().describe('The same of the same text; nothing of the text itself.'),
        }),
      )
      .describe('The first of them.'),
    found: z.int(),
    scanned_texts: z.int(),
    scanned_chars: z.int().describe('UTF-16 units that it has truly looked at.'),
    duration_ms: z.number(),
    start_ms: z.number(),
    why: z.string(),
    failed: z
      .enum(['closed', 'open', 'fallback'])
      .nullable()
      .describe('What followed where it could not tell; `open`: the text went through unchecked.'),
  })
  .meta({ id: 'Verdict' })

/** One inference as the control API shows it, without its content. */
export const inferenceSchema = z
  .object({
    id: z.uuid().describe('UUIDv7; orders inferences by their start.'),
    request_id: z.string(),
    trace_id: z.string().describe('W3C trace id, 32 hex digits.'),
    span_id: z.string(),
    parent_span_id: z.string().nullable(),
    tenant: z.string(),
    conversation_id: z
      .string()
      .nullable()
      .describe(
        'What it belongs to, unique within the tenant: as the client named it, or a hash that begins with `~`.',
      ),
    no_training: z
      .enum(['header', 'store'])
      .nullable()
      .describe(
        'How its client said that nothing may be learned from it: by the header `slipway-no-training`, or by `store: false`.',
      ),
    key_id: z.string(),
    service: z.string(),
    release: z.string().nullable(),
    rollout: z.string().nullable().describe('The rollout of the service that was under way.'),
    rollout_step: z.int().nullable().describe('Its step, from 0.'),
    arm: z
      .string()
      .nullable()
      .describe(
        'The side that it is compared on: `baseline`, `candidate`, or the name of one of several; null where it is on none.',
      ),
    is_shadow: z.boolean().describe('Whether it is a copy of a client’s request, answered to nobody.'),
    target: z.string().nullable().describe('`engine:<name>` or `provider:<name>`.'),
    upstream_model: z.string().nullable(),
    operation: z.enum(inferenceOperations),
    is_stream: z.boolean(),
    outcome: z.enum(['ok', 'error', 'aborted']),
    status: z.int().describe('The HTTP status that the client saw; 499 where it left first.'),
    failure_code: z.string().nullable(),
    failure_message: z.string().nullable(),
    finish_reason: z.string().nullable(),
    usage: usageSchema.nullable(),
    cost_nano_usd: z.int().nullable().describe('Billionths of a US dollar; null is unpriced, not free.'),
    reported_cost_nano_usd: z.int().nullable().describe('What the upstream itself said that it cost.'),
    service_tier: z.string().nullable().describe('The tier that the upstream says it served.'),
    upstream_id: z.string().nullable().describe('The id that the upstream gave its answer.'),
    is_cost_estimate: z
      .boolean()
      .describe(
        'Whether usage and cost are partly a guess: an upstream that broke off or was left never told.',
      ),
    cache: z
      .enum(['exact', 'semantic'])
      .nullable()
      .describe('How a cache answered it; null where the model did.'),
    saved_nano_usd: z
      .int()
      .nullable()
      .describe('What the answer had cost the first time, where a cache gave it again.'),
    started_at: z.iso.datetime(),
    latency_ms: z.number(),
    ttft_ms: z.number().nullable().describe('Time to the first token, from the start.'),
    admitted_ms: z
      .number()
      .nullable()
      .describe('From the start until limits and budgets had let it through.'),
    upstream_start_ms: z.number().nullable().describe('From the start to the call of the upstream.'),
    upstream_headers_ms: z.number().nullable().describe('From the start to the head of its answer.'),
    attempts: z
      .array(attemptSchema)
      .nullable()
      .describe('Every call that was sent for it and why; null where there was one target and one attempt.'),
    snapshot_hash: z.string().describe('The configuration that decided this request.'),
    policy_hash: z.string().nullable().describe('The policy that held for it.'),
    verdict: z
      .string()
      .nullable()
      .describe('The gravest of its verdicts, `shadow …` where nothing followed; null where all passed.'),
    verdicts: z.array(verdictSchema).nullable().describe('What the checks of the policy said.'),
  })
  .meta({ id: 'Inference' })

export function toWireUsage(usage: Usage): z.output<typeof usageSchema> {
  return {
    input_tokens: usage.inputTokens,
    cache_read_tokens: usage.cacheReadTokens,
    cache_write_tokens: usage.cacheWriteTokens,
    output_tokens: usage.outputTokens,
    reasoning_tokens: usage.reasoningTokens,
    cache_write_hour_tokens: usage.cacheWriteHourTokens,
    audio_input_tokens: usage.audioInputTokens,
    image_input_tokens: usage.imageInputTokens,
    audio_output_tokens: usage.audioOutputTokens,
    image_output_tokens: usage.imageOutputTokens,
    units: usage.units ?? null,
  }
}

export type WireInference = z.output<typeof inferenceSchema>

export function toWire(inference: Inference): WireInference {
  const { usage } = inference
  return {
    id: inference.id,
    request_id: inference.requestId,
    trace_id: inference.traceId,
    span_id: inference.spanId,
    parent_span_id: inference.parentSpanId ?? null,
    tenant: inference.tenant,
    conversation_id: inference.conversationId ?? null,
    no_training: inference.noTraining ?? null,
    key_id: inference.keyId,
    service: inference.service,
    release: inference.release ?? null,
    rollout: inference.rollout ?? null,
    rollout_step: inference.rolloutStep ?? null,
    arm: inference.arm ?? null,
    is_shadow: inference.isShadow ?? false,
    target: inference.target ?? null,
    upstream_model: inference.upstreamModel ?? null,
    operation: inference.operation,
    is_stream: inference.isStream,
    outcome: inference.outcome,
    status: inference.status,
    failure_code: inference.failureCode ?? null,
    failure_message: inference.failureMessage ?? null,
    finish_reason: inference.finishReason ?? null,
    usage: usage ? toWireUsage(usage) : null,
    cost_nano_usd: inference.costNanoUsd ?? null,
    reported_cost_nano_usd: inference.reportedCostNanoUsd ?? null,
    service_tier: inference.serviceTier ?? null,
    upstream_id: inference.upstreamId ?? null,
    is_cost_estimate: inference.isCostEstimate,
    cache: inference.cache ?? null,
    saved_nano_usd: inference.savedNanoUsd ?? null,
    started_at: new Date(inference.startedAtMs).toISOString(),
    latency_ms: roundMs(inference.latencyMs),
    ttft_ms: roundMs(inference.timeToFirstTokenMs),
    admitted_ms: roundMs(inference.admittedMs),
    upstream_start_ms: roundMs(inference.upstreamStartMs),
    upstream_headers_ms: roundMs(inference.upstreamHeadersMs),
    attempts: inference.attempts?.map(toWireAttempt) ?? null,
    snapshot_hash: inference.snapshotHash,
    policy_hash: inference.policyHash ?? null,
    verdict: inference.verdict ?? null,
    verdicts: inference.verdicts?.map(toWireVerdict) ?? null,
  }
}

function toWireAttempt(attempt: InferenceAttempt): z.output<typeof attemptSchema> {
  return {
    target: attempt.target,
    model: attempt.model,
    reason: attempt.reason,
    start_ms: roundMs(attempt.startMs),
    sent_ms: roundMs(attempt.sentMs),
    headers_ms: roundMs(attempt.headersMs),
    first_token_ms: roundMs(attempt.firstTokenMs),
    end_ms: roundMs(attempt.endMs),
    outcome: attempt.outcome ?? null,
    message: attempt.message ?? null,
  }
}

type WireVerdict = z.output<typeof verdictSchema>

function toWireVerdict(verdict: InferenceVerdict): WireVerdict {
  return {
    guard: verdict.guard,
    check: verdict.check,
    stage: verdict.stage as WireVerdict['stage'],
    mode: verdict.mode,
    action: verdict.action,
    outcome: verdict.outcome as WireVerdict['outcome'],
    findings: verdict.findings.map(finding => ({ ...finding })),
    found: verdict.found,
    scanned_texts: verdict.scannedTexts,
    scanned_chars: verdict.scannedChars,
    duration_ms: roundMs(verdict.durationMs),
    start_ms: roundMs(verdict.startMs),
    why: verdict.why,
    failed: verdict.failed ?? null,
  }
}

/** Durations go out with microseconds. */
export function roundMs(durationMs: number): number
export function roundMs(durationMs: number | undefined): number | null
export function roundMs(durationMs: number | undefined): number | null {
  return durationMs === undefined ? null : Math.round(durationMs * 1_000) / 1_000
}

/** What a user said of an inference. */
export const feedbackSchema = z
  .object({
    id: z.uuid(),
    inference_id: z.uuid(),
    score: z.number().nullable(),
    label: z.string().nullable(),
    comment: z.string().nullable(),
    corrected_output: z.unknown().describe('What the answer should have been; null where nothing was said.'),
    created_at: z.iso.datetime(),
    created_by: z.string().describe('The id of the key that gave it.'),
  })
  .meta({ id: 'Feedback' })

export type WireFeedback = z.output<typeof feedbackSchema>

const contentSchema = z
  .object({
    request: z.unknown(),
    response: z.unknown(),
    truncated: z
      .boolean()
      .describe('Whether anything was too large to keep; the places say so in the text itself.'),
    masking: z
      .enum(maskings)
      .describe(
        'How it was made fit to be kept: masked by a policy on its way, before it was stored, or not at all.',
      ),
  })
  .meta({ id: 'InferenceContent' })

export const inferenceListSchema = z
  .object({ data: z.array(inferenceSchema), next_cursor: z.string().nullable() })
  .meta({ id: 'InferenceList' })

export const inferenceDetailSchema = inferenceSchema
  .extend({
    feedback: z.array(feedbackSchema),
    content: contentSchema.nullable().describe('Null where the service does not keep it.'),
  })
  .meta({ id: 'InferenceDetail' })
