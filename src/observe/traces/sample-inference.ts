import { usageOf } from '../../foundation/config/index.ts'
import { createId } from '../../foundation/platform/index.ts'
import { declareUnmasked, type Masked } from '../../govern/privacy/index.ts'
import type { Inference, InferenceContent } from './inference.ts'
import { leastIdAt } from './day.ts'

/** An inference for tests and measurements: a successful streamed chat, with what is given instead. */
export function sampleInference(
  given: Partial<Omit<Inference, 'content'>> & {
    readonly content?: InferenceContent | Inference['content']
  } = {},
): Inference {
  const id = given.id ?? (given.startedAtMs === undefined ? createId() : idAt(given.startedAtMs))
  return {
    id,
    requestId: `request-${id.slice(-12)}`,
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    parentSpanId: undefined,
    tenant: 'default',
    keyId: 'key-1',
    service: 'support',
    release: 'v1',
    target: 'engine:support',
    upstreamModel: 'support-gguf',
    operation: 'chat',
    isStream: true,
    outcome: 'ok',
    status: 200,
    failureCode: undefined,
    failureMessage: undefined,
    finishReason: 'stop',
    usage: usageOf({
      inputTokens: 100,
      cacheReadTokens: 20,
      cacheWriteTokens: 5,
      outputTokens: 40,
      reasoningTokens: 10,
    }),
    costNanoUsd: 1_500,
    isShadow: false,
    isCostEstimate: false,
    startedAtMs: Date.now(),
    latencyMs: 200,
    timeToFirstTokenMs: 50,
    admittedMs: 0.2,
    upstreamStartMs: 0.5,
    upstreamHeadersMs: 40,
    attempts: undefined,
    snapshotHash: '0123456789abcdef',
    ...given,
    content: given.content && maskedContent(given.content),
  }
}

/** A UUIDv7 of that time. */
export function idAt(timeMs: number): string {
  return leastIdAt(timeMs).slice(0, 14) + createId().slice(14)
}

function maskedContent(content: InferenceContent | Masked<InferenceContent>): Masked<InferenceContent> {
  return 'masking' in content ? content : declareUnmasked(content, 'A sample.')
}
