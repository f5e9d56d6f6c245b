import type { TraceSpan } from '../../api/types.ts'
import { formatDuration } from '../../format/duration.ts'

export type SpanTone = 'whole' | 'waits' | 'checks' | 'starts' | 'works' | 'foreign' | 'failed'

/** What the colour of a bar says: waiting, checking, getting under way, answering, somebody else's, or failed. */
export function toneOf({ kind, outcome, origin }: Pick<TraceSpan, 'kind' | 'outcome' | 'origin'>): SpanTone {
  if (outcome === 'error') return 'failed'
  if (origin !== 'slipway') return 'foreign'
  if (kind === 'inference' || kind === 'attempt') return 'whole'
  if (kind === 'check') return 'checks'
  if (kind === 'connect' || kind === 'first_token') return 'starts'
  return kind === 'stream' || kind === 'answer' ? 'works' : 'waits'
}

/** A stretch of time, microseconds too: parts of the gateway take no longer. */
export function formatStretch(ms: number): string {
  if (ms >= 1) return formatDuration(ms)
  if (ms >= 0.1) return `${ms.toFixed(2)} ms`
  return ms <= 0 ? '0 ms' : `${Math.max(1, Math.round(ms * 1_000))} µs`
}

export function formatFact(name: string, value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string') return value
  return name === 'cost in USD' ? `$${value.toFixed(6)}` : String(value)
}
