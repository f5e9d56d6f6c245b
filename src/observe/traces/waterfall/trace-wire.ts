import { z } from 'zod'
import { roundMs } from '../inference-wire.ts'
import { type PlacedSpan } from './assemble-trace.ts'
import { spanKinds } from './trace-span.ts'

const spanSchema = z
  .object({
    id: z.string().describe('16 hex digits.'),
    parent_id: z.string().nullable(),
    depth: z.int().describe('How many spans stand above it.'),
    kind: z.enum(spanKinds),
    name: z.string(),
    origin: z.string().describe('`slipway`, or the name that an application gives itself (`service.name`).'),
    inference_id: z.uuid().nullable().describe('The inference that it is a part of.'),
    start_ms: z.number().describe('Since `started_at` of the trace.'),
    end_ms: z.number(),
    outcome: z.enum(['ok', 'error', 'ended']).describe('`ended`: given up, and no failure.'),
    why: z.string().nullable(),
    facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  })
  .meta({ id: 'TraceSpan' })

export const traceSchema = z
  .object({
    trace_id: z.string(),
    inference_id: z.uuid().nullable().describe('The inference that was asked for.'),
    started_at: z.iso.datetime().describe('The start of the first span.'),
    duration_ms: z.number(),
    spans: z.array(spanSchema).describe('In the order of reading: parents first, siblings by their starts.'),
    is_truncated: z.boolean().describe('Whether the trace has more spans than are shown.'),
  })
  .meta({ id: 'Trace' })

export type WireTrace = z.output<typeof traceSchema>

export function toWireTrace(trace: {
  readonly traceId: string
  readonly inferenceId: string | undefined
  readonly spans: readonly PlacedSpan[]
  readonly isTruncated: boolean
}): WireTrace {
  const { spans } = trace
  const startedAtMs = spans.reduce((least, span) => Math.min(least, span.startedAtMs), Infinity)
  const endedAtMs = spans.reduce(
    (most, span) => Math.max(most, span.startedAtMs + span.durationMs),
    -Infinity,
  )
  return {
    trace_id: trace.traceId,
    inference_id: trace.inferenceId ?? null,
    started_at: new Date(startedAtMs).toISOString(),
    duration_ms: roundMs(endedAtMs - startedAtMs),
    spans: spans.map(span => ({
      id: span.id,
      parent_id: span.parentId ?? null,
      depth: span.depth,
      kind: span.kind,
      name: span.name,
      origin: span.origin,
      inference_id: span.inferenceId ?? null,
      start_ms: roundMs(span.startedAtMs - startedAtMs),
      end_ms: roundMs(span.startedAtMs - startedAtMs + span.durationMs),
      outcome: span.outcome,
      why: span.why ?? null,
      facts: { ...span.facts },
    })),
    is_truncated: trace.isTruncated,
  }
}
