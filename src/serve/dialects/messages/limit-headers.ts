import type { LimitLeft } from '../client-dialect.ts'

/** `anthropic-ratelimit-tokens-remaining: 149984`, and the moment of the reset. */
export function anthropicLimitHeaders({
  measure,
  limit,
  remaining,
  endsAtMs,
}: LimitLeft): Record<string, string> {
  return {
    [`anthropic-ratelimit-${measure}-limit`]: String(limit),
    [`anthropic-ratelimit-${measure}-remaining`]: String(remaining),
    [`anthropic-ratelimit-${measure}-reset`]: new Date(endsAtMs).toISOString(),
  }
}
