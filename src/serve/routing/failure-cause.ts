import type { FailureCause } from '../../foundation/config/index.ts'
import type { Failure, FailureCode } from '../../foundation/platform/index.ts'

export interface Judgement {
  /** What fallbacks are chosen by; `undefined` where another target would say the same. */
  readonly cause: FailureCause | undefined
  /**
   * What is at fault: the server (counts against its breaker), the key that we use there (it is left alone until it
   * may work again), the request (says nothing about the target), or we ourselves before anything was sent.
   */
  readonly scope: 'server' | 'key' | 'request' | 'ours'
  /** Whether the same call may succeed when it is sent again to the same pool. */
  readonly isRetryable: boolean
}

const outage: Judgement = { cause: 'outage', scope: 'server', isRetryable: true }
const nothing: Judgement = { cause: undefined, scope: 'request', isRetryable: false }

const judgements: Partial<Record<FailureCode, Judgement>> = {
  upstream_error: outage,
  upstream_unreachable: outage,
  upstream_timeout: outage,
  // the supervisor knows how an engine of ours is; a breaker beside it would only be late
  engine_crashed: { ...outage, scope: 'ours' },
  engine_not_ready: { ...outage, scope: 'ours' },
  engine_busy: { cause: 'rate_limit', scope: 'ours', isRetryable: true },
  overloaded: { cause: 'rate_limit', scope: 'ours', isRetryable: true },
  upstream_rate_limited: { cause: 'rate_limit', scope: 'key', isRetryable: true },
  upstream_unauthorized: { cause: 'outage', scope: 'key', isRetryable: true },
  context_too_long: { ...nothing, cause: 'context_too_long' },
  // another target of the pool may know the parameter; nothing was sent
  unsupported_parameter: { ...nothing, scope: 'ours', isRetryable: true },
}

const refusals = /content_filter|content_policy|safety|responsible_?ai|moderation/i

/** What a failed attempt means for the next one. */
export function judge(failure: Failure): Judgement {
  const { upstreamCode } = failure.details
  const isRefused = failure.code === 'upstream_rejected' && upstreamCode && refusals.test(upstreamCode)
  return isRefused ? { ...nothing, cause: 'content_refused' } : (judgements[failure.code] ?? nothing)
}
