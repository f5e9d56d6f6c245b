import type { Inference } from './inference.ts'
import { type OtlpAttribute, type OtlpSpan, toUnixNano } from './otlp-span.ts'
import { attemptsOf, spansOf } from './waterfall/inference-spans.ts'
import type { SpanKind, TraceSpan } from './waterfall/trace-span.ts'

const internal = 1
const client = 3
const errorCode = 2

/** The parts that say something to whoever reads another backend; the stretches within an attempt are its attributes. */
const exported: ReadonlySet<SpanKind> = new Set(['admission', 'cache', 'check', 'attempt'])

/**
 * The parts of an inference as spans below its own. They carry no `gen_ai.operation.name`: that, the tokens and the cost are
 * on the inference alone, so that backends count each call once.
 */
export function toPartSpans(
  inference: Inference,
  providerName: (target: string | undefined) => string,
): OtlpSpan[] {
  const attempts = attemptsOf(inference)
  let attempt = 0
  return spansOf(inference)
    .filter(({ kind }) => exported.has(kind))
    .map(span => {
      const own = span.kind === 'attempt' ? attempts[attempt++] : undefined
      const more: OtlpAttribute[] = own
        ? [
            text('gen_ai.provider.name', providerName(own.target)),
            text('gen_ai.request.model', own.model),
            text('slipway.target', own.target),
            text('slipway.attempt.reason', own.reason),
            text('slipway.attempt.outcome', own.outcome ?? 'ok'),
            ...seconds('slipway.attempt.sent', own.sentMs, own.startMs),
            ...seconds('slipway.attempt.headers', own.headersMs, own.startMs),
            ...seconds('slipway.attempt.first_token', own.firstTokenMs, own.startMs),
            ...(span.outcome === 'error' ? [text('error.type', own.outcome ?? 'error')] : []),
          ]
        : []
      return toPart(inference, span, more)
    })
}

function toPart(inference: Inference, span: TraceSpan, more: readonly OtlpAttribute[]): OtlpSpan {
  return {
    traceId: inference.traceId,
    spanId: span.id,
    parentSpanId: span.parentId ?? inference.spanId,
    name: `${span.kind} ${span.name}`,
    kind: span.kind === 'attempt' ? client : internal,
    startTimeUnixNano: toUnixNano(span.startedAtMs),
    endTimeUnixNano: toUnixNano(span.startedAtMs + span.durationMs),
    attributes: [
      text('slipway.inference.id', inference.id),
      text('slipway.part', span.kind),
      ...more,
      ...(span.kind === 'attempt'
        ? []
        : Object.entries(span.facts).map(([name, value]) => fact(name, value))),
    ],
    status:
      span.outcome === 'error'
        ? { code: errorCode, ...(span.why !== undefined && { message: span.why }) }
        : { code: 0 },
  }
}

function text(key: string, stringValue: string): OtlpAttribute {
  return { key, value: { stringValue } }
}

function seconds(key: string, atMs: number | undefined, fromMs: number): OtlpAttribute[] {
  return atMs === undefined ? [] : [{ key, value: { doubleValue: (atMs - fromMs) / 1_000 } }]
}

function fact(name: string, value: string | number | boolean): OtlpAttribute {
  const key = `slipway.${name.replaceAll(' ', '_')}`
  if (typeof value === 'string') return text(key, value)
  if (typeof value === 'boolean') return { key, value: { boolValue: value } }
  return {
    key,
    value: Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value },
  }
}
