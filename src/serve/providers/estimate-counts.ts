import { emptyObservation } from './dialect.ts'
import { estimateTokens } from './estimate-tokens.ts'
import type { Operation, Upstream } from './upstream.ts'

/**
 * An upstream that is asked for a count of tokens and has no way to count gets our estimate in its place, which says
 * that it is one. Nothing is sent then, and nothing is charged.
 */
export function withEstimatedCounts(upstream: Upstream): Upstream {
  const { operations } = upstream
  if (!operations.has('chat') || operations.has('tokenize') || operations.has('count_tokens')) return upstream
  const all: ReadonlySet<Operation> = new Set([...operations, 'tokenize'])
  return {
    operations: all,
    send: (call, signal) => {
      if (call.operation !== 'tokenize') return upstream.send(call, signal)
      const body = JSON.stringify({ count: estimateTokens(call.body), is_estimate: true })
      return Promise.resolve({ kind: 'reply', body, observation: emptyObservation() })
    },
  }
}
