import type { LimitLeft } from '../client-dialect.ts'

/** `x-ratelimit-remaining-tokens: 149984`, `x-ratelimit-reset-tokens: 6s`. */
export function openAiLimitHeaders({
  measure,
  limit,
  remaining,
  endsAtMs,
}: LimitLeft): Record<string, string> {
  const seconds = Math.max(0, Math.ceil((endsAtMs - Date.now()) / 1_000))
  return {
    [`x-ratelimit-limit-${measure}`]: String(limit),
    [`x-ratelimit-remaining-${measure}`]: String(remaining),
    [`x-ratelimit-reset-${measure}`]: `${seconds}s`,
  }
}
