import type { Inference, InferenceAttempt } from '../inference.ts'
import { childSpanId } from './child-span-id.ts'
import type { Fact, SpanKind, TraceSpan } from './trace-span.ts'

/** A stretch that took no time that can be seen is left out, unless it says something by being there. */
const leastMs = 0.001

/**
 * An inference as a tree of spans, the whole first: what was read, what limits and checks and the cache took, every
 * attempt with its wait in the queue, its way to the first token and its stream, and what was left to do after it.
 * Everything comes from the record; a record from before something was kept has fewer spans.
 */
export function spansOf(inference: Inference): TraceSpan[] {
  const { decisions, latencyMs } = inference
  const spans: TraceSpan[] = [whole(inference)]
  const add = (part: Part): void => {
    spans.push(toSpan(inference, part))
  }
  if (decisions) add({ part: 'read', kind: 'read', name: 'Read the request', from: 0, to: decisions.readMs })
  const { admittedMs } = inference
  const isRefused = admittedMs === undefined && inference.outcome !== 'ok' && !inference.upstreamStartMs
  const askedMs = decisions?.askedMs ?? (decisions ? undefined : 0)
  if (askedMs !== undefined && (admittedMs !== undefined || isRefused)) {
    add({
      part: 'admission',
      kind: 'admission',
      name: 'Limits and budgets',
      from: askedMs,
      to: admittedMs ?? latencyMs,
      outcome: isRefused ? 'error' : 'ok',
      why: isRefused ? inference.failureMessage : undefined,
      facts: { limits: decisions?.limits?.length ?? 0 },
    })
  }
  const cache = decisions?.cache
  if (cache && cache.how !== 'skipped') {
    add({
      part: 'cache',
      kind: 'cache',
      name: cache.how === 'miss' ? 'Cache: no answer' : `Cache: ${cache.how} hit`,
      from: cache.startMs,
      to: cache.endMs,
      facts: { ...(cache.why !== undefined && { why: cache.why }) },
    })
  }
  for (const [index, verdict] of (inference.verdicts ?? []).entries()) {
    add({
      part: `check-${index}`,
      kind: 'check',
      name: `${verdict.guard} on ${stageNames[verdict.stage] ?? verdict.stage}`,
      from: verdict.startMs,
      to: verdict.startMs + verdict.durationMs,
      outcome: verdict.outcome === 'error' || verdict.outcome === 'timeout' ? 'error' : 'ok',
      why: verdict.why,
      facts: {
        outcome: verdict.outcome,
        mode: verdict.mode,
        action: verdict.action,
        findings: verdict.found,
        'scanned characters': verdict.scannedChars,
      },
    })
  }
  const attempts = attemptsOf(inference)
  for (const [index, attempt] of attempts.entries()) spans.push(...attemptSpans(inference, attempt, index))
  const lastEnd = Math.max(0, ...attempts.map(({ endMs }) => endMs ?? 0))
  if (lastEnd > 0 && latencyMs - lastEnd >= leastMs) {
    add({ part: 'settle', kind: 'settle', name: 'Settle', from: lastEnd, to: latencyMs })
  }
  return spans
}

const stageNames: Readonly<Record<string, string>> = {
  input: 'the input',
  context: 'the context',
  tool_call: 'tool calls',
  reasoning: 'the reasoning',
  output: 'the output',
}

interface Part {
  readonly part: string
  readonly kind: SpanKind
  readonly name: string
  readonly from: number
  readonly to: number
  readonly under?: string | undefined
  readonly outcome?: TraceSpan['outcome'] | undefined
  readonly why?: string | undefined
  readonly facts?: Readonly<Record<string, Fact>> | undefined
}

function toSpan({ id, spanId, startedAtMs }: Inference, part: Part): TraceSpan {
  return {
    id: childSpanId(spanId, part.part),
    parentId: part.under === undefined ? spanId : childSpanId(spanId, part.under),
    kind: part.kind,
    name: part.name,
    origin: 'slipway',
    inferenceId: id,
    startedAtMs: startedAtMs + part.from,
    durationMs: Math.max(0, part.to - part.from),
    outcome: part.outcome ?? 'ok',
    ...(part.why !== undefined && { why: part.why }),
    facts: part.facts ?? {},
  }
}

function whole(inference: Inference): TraceSpan {
  const { usage, costNanoUsd } = inference
  return {
    id: inference.spanId,
    parentId: inference.parentSpanId,
    kind: 'inference',
    name: `${inference.operation} ${inference.service}`,
    origin: 'slipway',
    inferenceId: inference.id,
    startedAtMs: inference.startedAtMs,
    durationMs: inference.latencyMs,
    outcome: inference.outcome === 'ok' ? 'ok' : inference.outcome === 'error' ? 'error' : 'ended',
    ...(inference.failureMessage !== undefined && { why: inference.failureMessage }),
    facts: {
      status: inference.status,
      ...(inference.release !== undefined && { release: inference.release }),
      ...(inference.target !== undefined && { target: inference.target }),
      ...(inference.upstreamModel !== undefined && { model: inference.upstreamModel }),
      ...(usage && { 'input tokens': usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens }),
      ...(usage && { 'output tokens': usage.outputTokens + usage.reasoningTokens }),
      ...(costNanoUsd !== undefined && { 'cost in USD': costNanoUsd / 1e9 }),
    },
  }
}

/** Those that were recorded, or the one that an inference with nothing to decide had. */
export function attemptsOf(inference: Inference): readonly InferenceAttempt[] {
  if (inference.attempts) return inference.attempts
  const { target, upstreamStartMs, decisions, latencyMs } = inference
  const startMs = decisions?.routedMs ?? upstreamStartMs
  if (inference.cache !== undefined || target === undefined || startMs === undefined) return []
  return [
    {
      target,
      model: inference.upstreamModel ?? '',
      reason: 'the only target',
      startMs,
      sentMs: upstreamStartMs,
      headersMs: inference.upstreamHeadersMs,
      firstTokenMs: inference.isStream ? inference.timeToFirstTokenMs : undefined,
      endMs: latencyMs,
      outcome: inference.outcome === 'ok' ? 'ok' : (inference.failureCode ?? 'client_closed'),
      message: inference.failureMessage,
    },
  ]
}

function attemptSpans(inference: Inference, attempt: InferenceAttempt, index: number): TraceSpan[] {
  const { latencyMs, isStream } = inference
  const { startMs, sentMs, headersMs, firstTokenMs, outcome = 'ok' } = attempt
  const endMs = attempt.endMs ?? latencyMs
  const name = `attempt-${index + 1}`
  const span = (part: Part): TraceSpan => toSpan(inference, part)
  const spans = [
    span({
      part: name,
      kind: 'attempt',
      name: `${attempt.target}${attempt.model === '' ? '' : ` ${attempt.model}`}`,
      from: startMs,
      to: endMs,
      outcome: outcome === 'ok' ? 'ok' : isLeft(outcome) ? 'ended' : 'error',
      why: attempt.message ?? attempt.reason,
      facts: { reason: attempt.reason, outcome },
    }),
  ]
  const stretch = (kind: SpanKind, words: string, from: number, to: number): void => {
    if (to - from >= leastMs) {
      spans.push(span({ part: `${name}-${kind}`, under: name, kind, name: words, from, to }))
    }
  }
  stretch('queue', 'Wait for a place', startMs, sentMs ?? endMs)
  if (sentMs === undefined) return spans
  stretch('connect', 'Until it answers', sentMs, headersMs ?? endMs)
  if (headersMs === undefined) return spans
  if (!isStream) stretch('answer', 'Receive the answer', headersMs, endMs)
  else {
    stretch('first_token', 'Until the first token', headersMs, firstTokenMs ?? endMs)
    if (firstTokenMs !== undefined) stretch('stream', 'Stream', firstTokenMs, endMs)
  }
  return spans
}

/** Not a failure of the target: another was faster, or nobody waited any longer. */
function isLeft(outcome: string): boolean {
  return outcome === 'abandoned' || outcome === 'client_closed'
}
