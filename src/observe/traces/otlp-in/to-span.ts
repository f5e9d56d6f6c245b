import { cleanText } from './attribute-bag.ts'
import type { ForeignSpan, RawSpan } from './foreign-span.ts'
import { kindOf } from './span-kind.ts'

const traceIdPattern = /^[0-9a-f]{32}$/
const spanIdPattern = /^[0-9a-f]{16}$/
const onlyZeros = /^0+$/
const longestName = 200
const longestMessage = 1_000

/** Why a span is not taken, as the sender is told. */
export type SpanFault =
  | 'no valid trace id'
  | 'no valid span id'
  | 'no start, or an end before it'
  | 'a start out of range'

/** The span of a tenant, or what is wrong with it. */
export function toForeignSpan(
  raw: RawSpan,
  whose: { readonly tenant: string; readonly keyId: string },
  range: { readonly fromMs: number; readonly untilMs: number },
): ForeignSpan | SpanFault {
  const { traceId, spanId, parentSpanId, startedAtMs, endedAtMs, attributes, statusCode } = raw
  if (!traceIdPattern.test(traceId) || onlyZeros.test(traceId)) return 'no valid trace id'
  if (!spanIdPattern.test(spanId) || onlyZeros.test(spanId)) return 'no valid span id'
  if (!(startedAtMs > 0) || !(endedAtMs >= startedAtMs)) return 'no start, or an end before it'
  if (startedAtMs < range.fromMs || startedAtMs >= range.untilMs) return 'a start out of range'
  const application = raw.resource['service.name']
  const failure = raw.statusMessage === '' ? attributes['error.type'] : raw.statusMessage
  return {
    ...whose,
    traceId,
    spanId,
    parentSpanId:
      spanIdPattern.test(parentSpanId) && !onlyZeros.test(parentSpanId) ? parentSpanId : undefined,
    name: bounded(raw.name, longestName) || 'unnamed',
    kind: kindOf(attributes),
    application: typeof application === 'string' ? bounded(application, longestName) : 'unknown',
    scope: bounded(raw.scope, longestName),
    startedAtMs,
    durationMs: endedAtMs - startedAtMs,
    outcome: statusCode === 2 ? 'error' : statusCode === 1 ? 'ok' : 'ended',
    failure: typeof failure === 'string' && failure !== '' ? bounded(failure, longestMessage) : undefined,
    attributes,
    events: raw.events.map(event => ({ ...event, name: bounded(event.name, longestName) })),
    leftOut: raw.leftOut,
  }
}

function bounded(text: string, longest: number): string {
  return cleanText(text.slice(0, longest))
}
