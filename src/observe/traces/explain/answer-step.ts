import type { Inference } from '../inference.ts'
import type { ExplainStep } from './explain-step.ts'

/** How it ended for the client. */
export function answerStep(inference: Inference): ExplainStep {
  const { outcome, status, failureCode, failureMessage, finishReason, latencyMs, cache, target } = inference
  const by = cache === undefined ? (target ?? 'nobody') : 'the cache'
  const text =
    outcome === 'ok'
      ? `The client was answered by ${by} with status ${status}.`
      : outcome === 'aborted'
        ? 'The client left before its answer was there.'
        : `The client was answered with an error, status ${status}.`
  const reason =
    outcome === 'ok'
      ? finishReason === undefined
        ? 'The answer ended in order.'
        : `The model ended with ${finishReason}.`
      : (failureMessage ?? 'Nothing more was said of it.')
  return {
    kind: 'answer',
    decision: outcome,
    atMs: latencyMs,
    text,
    reason,
    ground: undefined,
    evidence: {
      status,
      code: failureCode ?? null,
      finish_reason: finishReason ?? null,
      latency_ms: latencyMs,
    },
  }
}
