import { randomFillSync } from 'node:crypto'

/** What a caller said of its trace: W3C Trace Context level 2, https://www.w3.org/TR/trace-context-2/ */
export interface Traceparent {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string
  /** The span of the caller: 16 lower-case hex digits, not all zero. */
  readonly parentSpanId: string
  readonly isSampled: boolean
}

/** Our own place in a trace: the span of this request, and what to send on to whoever we call. */
export interface TraceContext {
  readonly traceId: string
  readonly spanId: string
  /** `undefined` where the trace begins with us. */
  readonly parentSpanId: string | undefined
  readonly isSampled: boolean
  /** The header for calls made on behalf of this request. */
  readonly traceparent: string
}

const traceparentPattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/**
 * Reads a `traceparent` header. Anything malformed is `undefined`, which restarts the trace, as the
 * recommendation asks (section 4.3). Versions above 00 are read by their first four fields; `ff` is invalid.
 */
export function parseTraceparent(header: string | null | undefined): Traceparent | undefined {
  if (!header) return undefined
  const match = traceparentPattern.exec(header.trim())
  if (!match) return undefined
  const [, version, traceId, parentSpanId, flags, rest] = match
  if (!version || !traceId || !parentSpanId || !flags) return undefined
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined
  if (/^0+$/.test(traceId) || /^0+$/.test(parentSpanId)) return undefined
  return { traceId, parentSpanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

/**
 * Makes the span of a request: a child of the caller's where it sent a valid `traceparent`, else the root of a
 * new trace, sampled. What the caller decided about sampling is passed on.
 */
export function createTraceContext(header: string | null | undefined): TraceContext {
  const parent = parseTraceparent(header)
  const traceId = parent?.traceId ?? randomHex(16)
  const spanId = randomHex(8)
  const isSampled = parent?.isSampled ?? true
  return {
    traceId,
    spanId,
    parentSpanId: parent?.parentSpanId,
    isSampled,
    traceparent: `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`,
  }
}

// One system call fills the pool for some hundred requests.
const pool = Buffer.alloc(4_096)
let used = pool.length

function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += bytes
  const hex = pool.toString('hex', used - bytes, used)
  // All zero is the one value that the recommendation forbids.
  return /[^0]/.test(hex) ? hex : randomHex(bytes)
}
