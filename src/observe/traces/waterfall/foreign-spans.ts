import type { ForeignSpan } from '../otlp-in/foreign-span.ts'
import type { Fact, TraceSpan } from './trace-span.ts'

const mostFacts = 40

/** What an application said of its work, as a span of the tree. */
export function toTraceSpan(span: ForeignSpan): TraceSpan {
  const facts: Record<string, Fact> = {}
  const entries = Object.entries(span.attributes)
  for (const [name, value] of entries.slice(0, mostFacts)) {
    facts[name] =
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? value
        : JSON.stringify(value)
  }
  for (const { name, atMs } of span.events.slice(0, 8)) {
    facts[`event ${name}`] = `after ${Math.round((atMs - span.startedAtMs) * 1_000) / 1_000} ms`
  }
  if (span.scope !== '') facts['library'] = span.scope
  if (span.leftOut > 0) facts['attributes not kept'] = span.leftOut
  return {
    id: span.spanId,
    parentId: span.parentSpanId,
    kind: span.kind,
    name: span.name,
    origin: span.application,
    startedAtMs: span.startedAtMs,
    durationMs: span.durationMs,
    outcome: span.outcome,
    ...(span.failure !== undefined && { why: span.failure }),
    facts,
  }
}
