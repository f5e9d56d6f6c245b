import type { SpanKind } from '../waterfall/trace-span.ts'

/** A value of an attribute, as JSON. */
export type AttributeValue = unknown

export type Attributes = Readonly<Record<string, AttributeValue>>

export interface SpanEvent {
  readonly name: string
  readonly atMs: number
  readonly attributes: Attributes
}

/** A span as it comes, in either encoding, after what may be content was left out. */
export interface RawSpan {
  readonly resource: Attributes
  readonly scope: string
  /** Lower-case hex; whatever was sent, so it may be no id at all. */
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly name: string
  readonly startedAtMs: number
  readonly endedAtMs: number
  readonly attributes: Attributes
  readonly events: readonly SpanEvent[]
  /** 0 unset, 1 ok, 2 error. */
  readonly statusCode: number
  readonly statusMessage: string
  readonly leftOut: number
}

/** A span of an application, as it is stored. */
export interface ForeignSpan {
  readonly tenant: string
  readonly keyId: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly name: string
  readonly kind: SpanKind
  /** The name that the application gives itself. */
  readonly application: string
  readonly scope: string
  readonly startedAtMs: number
  readonly durationMs: number
  readonly outcome: 'ok' | 'error' | 'ended'
  readonly failure: string | undefined
  readonly attributes: Attributes
  readonly events: readonly SpanEvent[]
  readonly leftOut: number
}
