/** Bounds of the first wait and of all; as for a call that somebody waits for unless given. */
const usual = { firstMs: 100, capMs: 5_000 }

/**
 * How long to wait before retry number `retry` (from 0): full jitter, a random time up to a bound that doubles
 * (Brooker, "Exponential Backoff And Jitter", AWS 2015). What the upstream asked for is obeyed, with a little jitter
 * on top so that not all come back at once.
 */
export function retryWaitMs(
  retry: number,
  askedMs: number | undefined,
  random: () => number,
  { firstMs, capMs }: typeof usual = usual,
): number {
  const jitter = random() * Math.min(capMs, firstMs * 2 ** retry)
  return askedMs === undefined ? jitter : askedMs + jitter
}
