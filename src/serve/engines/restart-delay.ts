const firstDelayMs = 250
const longestDelayMs = 30_000

/** How long to wait before start number `attempt` (0 for the first after a crash): doubles, up to half a minute. */
export function restartDelayMs(attempt: number): number {
  return Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempt, 20))
}
