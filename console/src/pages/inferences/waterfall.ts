import type { Inference } from '../../api/types.ts'

/** A stretch of an inference's life, in milliseconds from its start. */
export interface Stretch {
  readonly name: string
  readonly about: string
  readonly startMs: number
  readonly endMs: number
}

type Timing = Pick<
  Inference,
  | 'latency_ms'
  | 'ttft_ms'
  | 'admitted_ms'
  | 'upstream_start_ms'
  | 'upstream_headers_ms'
  | 'outcome'
  | 'is_stream'
>

/** Where the time went, from what was noted on the way; stretches that were not reached are left out. */
export function waterfall(inference: Timing): readonly Stretch[] {
  const {
    latency_ms: end,
    admitted_ms: admitted,
    upstream_start_ms: called,
    upstream_headers_ms: headed,
  } = inference
  const first = inference.is_stream ? inference.ttft_ms : null
  const stretches: Stretch[] = []
  const add = (name: string, about: string, startMs: number, endMs: number) =>
    stretches.push({ name, about, startMs, endMs: Math.max(startMs, Math.min(endMs, end)) })

  add('Gateway', 'Key, service and release; limits and budgets', 0, admitted ?? called ?? end)
  if (admitted !== null)
    add('Routing', 'Choosing a target, waiting for a turn, earlier attempts', admitted, called ?? end)
  if (called === null) return stretches
  add('Upstream accepts', 'Until the head of the answer', called, headed ?? end)
  if (headed === null) return stretches
  if (first !== null && first > headed) add('First token', 'The model reads the prompt', headed, first)
  const answerFrom = first === null ? headed : Math.max(first, headed)
  add('Answer', inference.is_stream ? 'Tokens as they are made' : 'Until the last byte', answerFrom, end)
  return stretches
}
