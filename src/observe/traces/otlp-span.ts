import { totalInputTokens, totalOutputTokens, usageUnits } from '../../foundation/config/index.ts'
import type { Inference } from './inference.ts'

/**
 * Inferences as OpenTelemetry spans in the JSON of OTLP/HTTP
 * (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): ids in hex, 64-bit integers as text,
 * enums as numbers. Attributes follow the GenAI semantic conventions
 * (https://github.com/open-telemetry/semantic-conventions-genai), which are still in development; what they have
 * no name for is under `slipway.`. Content is never exported.
 */
export interface OtlpSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly OtlpAttribute[]
  readonly status: { readonly code: number; readonly message?: string }
}

export interface OtlpAttribute {
  readonly key: string
  readonly value: OtlpValue
}

export type OtlpValue =
  | { readonly stringValue: string }
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly boolValue: boolean }
  | { readonly arrayValue: { readonly values: readonly OtlpValue[] } }

/** The words of OpenTelemetry's conventions where they have one; else our own, as they allow. */
const operationNames: Partial<Record<Inference['operation'], string>> = {
  completion: 'text_completion',
  embedding: 'embeddings',
  messages: 'chat',
  responses: 'chat',
}

const spanKindClient = 3
const statusUnset = 0
const statusError = 2

/** `providerName` gives the conventions' name of what stands behind a target, e.g. `openai` or `mistral_ai`. */
export function toOtlpSpan(
  inference: Inference,
  providerName: (target: string | undefined) => string,
): OtlpSpan {
  const operation = operationNames[inference.operation] ?? inference.operation
  return {
    traceId: inference.traceId,
    spanId: inference.spanId,
    ...(inference.parentSpanId === undefined ? {} : { parentSpanId: inference.parentSpanId }),
    name: `${operation} ${inference.service}`,
    kind: spanKindClient,
    startTimeUnixNano: toUnixNano(inference.startedAtMs),
    endTimeUnixNano: toUnixNano(inference.startedAtMs + inference.latencyMs),
    attributes: attributesOf(inference, operation, providerName(inference.target)),
    status:
      inference.outcome === 'error'
        ? { code: statusError, message: inference.failureMessage ?? `HTTP ${inference.status}` }
        : { code: statusUnset },
  }
}

function attributesOf(inference: Inference, operation: string, provider: string): OtlpAttribute[] {
  const { usage } = inference
  const attributes: OtlpAttribute[] = []
  const add = (key: string, value: string | boolean | undefined): void => {
    if (typeof value === 'string') attributes.push({ key, value: { stringValue: value } })
    if (typeof value === 'boolean') attributes.push({ key, value: { boolValue: value } })
  }
  const addInteger = (key: string, value: number | undefined): void => {
    if (value !== undefined) attributes.push({ key, value: { intValue: String(Math.round(value)) } })
  }
  /** What most inferences have none of. */
  const addUsed = (key: string, value: number | undefined): void => {
    if (value !== undefined && value > 0) addInteger(key, value)
  }
  const addDouble = (key: string, value: number | undefined): void => {
    if (value !== undefined) attributes.push({ key, value: { doubleValue: value } })
  }

  add('gen_ai.operation.name', operation)
  add('gen_ai.provider.name', provider)
  add('gen_ai.request.model', inference.service)
  add('gen_ai.request.stream', inference.isStream)
  add('gen_ai.response.model', inference.upstreamModel)
  if (inference.finishReason !== undefined) {
    const values = [{ stringValue: inference.finishReason }]
    attributes.push({ key: 'gen_ai.response.finish_reasons', value: { arrayValue: { values } } })
  }
  if (inference.isStream) {
    addDouble('gen_ai.response.time_to_first_chunk', toSeconds(inference.timeToFirstTokenMs))
  }
  if (usage) {
    // The conventions count cached tokens among the input and reasoning among the output; our buckets are disjoint.
    const cacheWriteTokens = usage.cacheWriteTokens + usage.cacheWriteHourTokens
    addInteger('gen_ai.usage.input_tokens', totalInputTokens(usage))
    addInteger('gen_ai.usage.output_tokens', totalOutputTokens(usage))
    addInteger('gen_ai.usage.cache_read.input_tokens', usage.cacheReadTokens)
    // Renamed in the conventions after their last tag: until backends agree, both names.
    addInteger('gen_ai.usage.cache_creation.input_tokens', cacheWriteTokens)
    addInteger('gen_ai.usage.cache_write.input_tokens', cacheWriteTokens)
    addInteger('gen_ai.usage.reasoning.output_tokens', usage.reasoningTokens)
    addUsed('slipway.usage.cache_write_1h.input_tokens', usage.cacheWriteHourTokens)
    addUsed('slipway.usage.audio.input_tokens', usage.audioInputTokens)
    addUsed('slipway.usage.image.input_tokens', usage.imageInputTokens)
    addUsed('slipway.usage.audio.output_tokens', usage.audioOutputTokens)
    addUsed('slipway.usage.image.output_tokens', usage.imageOutputTokens)
    for (const unit of usageUnits) addUsed(`slipway.usage.${unit}`, usage.units?.[unit])
  }
  if (inference.outcome !== 'ok') {
    const fallback = inference.outcome === 'aborted' ? 'client_closed' : String(inference.status)
    add('error.type', inference.failureCode ?? fallback)
  }
  addInteger('http.response.status_code', inference.status)
  // only what a client named: a guess of ours would join what may not belong together
  const { conversationId } = inference
  if (conversationId?.startsWith('~') === false) add('gen_ai.conversation.id', conversationId)
  add('slipway.inference.id', inference.id)
  add('slipway.request.id', inference.requestId)
  add('slipway.tenant', inference.tenant)
  add('slipway.key.id', inference.keyId)
  add('slipway.service', inference.service)
  add('slipway.release', inference.release)
  add('slipway.rollout', inference.rollout)
  addInteger('slipway.rollout.step', inference.rolloutStep)
  add('slipway.arm', inference.arm)
  add('slipway.target', inference.target)
  add('slipway.outcome', inference.outcome)
  add('slipway.snapshot.hash', inference.snapshotHash)
  addInteger('slipway.cost.nano_usd', inference.costNanoUsd)
  addInteger('slipway.cost.reported_nano_usd', inference.reportedCostNanoUsd)
  add('slipway.service_tier', inference.serviceTier)
  add('slipway.cache', inference.cache)
  add('slipway.policy.hash', inference.policyHash)
  add('gen_ai.response.id', inference.upstreamId)
  addDouble('slipway.time_to_first_token', toSeconds(inference.timeToFirstTokenMs))
  addDouble('slipway.upstream.start', toSeconds(inference.upstreamStartMs))
  addDouble('slipway.upstream.headers', toSeconds(inference.upstreamHeadersMs))
  return attributes
}

/** Nanoseconds since 1970 need 61 bits, more than a `number` holds exactly: put together as text. */
export function toUnixNano(timeMs: number): string {
  const wholeMs = Math.floor(timeMs)
  const nanoseconds = Math.min(999_999, Math.round((timeMs - wholeMs) * 1e6))
  return `${wholeMs}${String(nanoseconds).padStart(6, '0')}`
}

function toSeconds(durationMs: number | undefined): number | undefined {
  return durationMs === undefined ? undefined : durationMs / 1_000
}

/** The body of `POST /v1/traces` (ExportTraceServiceRequest). */
export function toExportRequest(spans: readonly OtlpSpan[], resource: readonly OtlpAttribute[]): unknown {
  return {
    resourceSpans: [
      { resource: { attributes: resource }, scopeSpans: [{ scope: { name: 'slipway' }, spans }] },
    ],
  }
}
