import { Failure, type Queryable } from '../../../foundation/platform/index.ts'
import { dayMs } from '../day.ts'
import type { Inference } from '../inference.ts'
import { findInferencesOfTrace } from '../inference-store.ts'
import { findSpansOfTrace } from '../otlp-in/spans-store.ts'
import type { Scope } from '../scope.ts'
import { assembleTrace, type PlacedSpan } from './assemble-trace.ts'
import { toTraceSpan } from './foreign-spans.ts'
import { spansOf } from './inference-spans.ts'

/** What is shown of one trace; an inference that was asked for is always among it. */
const mostInferences = 200
const mostSpans = 2_000

export interface ReadTrace {
  readonly traceId: string
  readonly spans: readonly PlacedSpan[]
  readonly isTruncated: boolean
}

/** The trace of an inference: all inferences in it that the caller may see, and what applications sent of it. */
export async function readTraceOf(
  queryable: Queryable,
  inference: Inference,
  scope: Scope,
): Promise<ReadTrace> {
  const { traceId, tenant, startedAtMs } = inference
  const range = { sinceMs: startedAtMs - dayMs, untilMs: startedAtMs + dayMs }
  return await read(queryable, { tenant, traceId, services: scope.services, ...range }, [inference])
}

/**
 * A trace by its id. Whoever sees only some services sees it only with an inference of theirs in it. Throws `not_found`
 * where nothing is there.
 */
export async function readTrace(
  queryable: Queryable,
  asked: { readonly traceId: string; readonly tenant: string; readonly services: Scope['services'] },
): Promise<ReadTrace> {
  const trace = await read(queryable, { ...asked, sinceMs: 0, untilMs: 8.64e15 }, [])
  const isForCaller = asked.services === undefined || trace.spans.some(({ kind }) => kind === 'inference')
  if (trace.spans.length > 0 && isForCaller) return trace
  throw new Failure(
    'not_found',
    `There is no trace ${asked.traceId}. It may be past retention, or belong to a tenant that this key does not reach.`,
  )
}

async function read(
  queryable: Queryable,
  asked: Parameters<typeof findInferencesOfTrace>[1],
  known: readonly Inference[],
): Promise<ReadTrace> {
  const [inferences, foreign] = await Promise.all([
    findInferencesOfTrace(queryable, asked, mostInferences + 1),
    findSpansOfTrace(queryable, asked, mostSpans + 1),
  ])
  const knownIds = new Set(known.map(({ id }) => id))
  const shown = [...known, ...inferences.filter(({ id }) => !knownIds.has(id))].slice(0, mostInferences)
  const spans = [...shown.flatMap(spansOf), ...foreign.slice(0, mostSpans).map(toTraceSpan)]
  return {
    traceId: asked.traceId,
    spans: assembleTrace(spans),
    isTruncated: inferences.length > mostInferences || foreign.length > mostSpans,
  }
}
