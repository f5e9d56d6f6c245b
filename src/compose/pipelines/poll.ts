import { setTimeout as sleep } from 'node:timers/promises'

const firstPauseMs = 50
const longestPauseMs = 1_000

/** Looks again until there is something, with pauses that grow; throws the reason where the signal aborts. */
export async function poll<Found>(
  look: () => Promise<Found | undefined>,
  signal: AbortSignal,
): Promise<Found> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 1.5)) {
    const found = await look()
    if (found !== undefined) return found
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
    signal.throwIfAborted()
  }
}
