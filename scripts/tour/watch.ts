import { Refusal } from './api.ts'
import { setTimeout as sleep } from 'node:timers/promises'

/** Looks every now and then until there is something; throws an error that says what was waited for where it takes too long. */
export async function waitFor<Found>(
  what: string,
  look: () => Promise<Found | undefined>,
  options: { readonly limitSeconds: number; readonly signal: AbortSignal; readonly everyMs?: number },
): Promise<Found> {
  const endsAt = Date.now() + options.limitSeconds * 1_000
  while (Date.now() < endsAt) {
    const found = await look().catch((error: unknown) => {
      if (options.signal.aborted || !isPassing(error)) throw error
      return undefined
    })
    if (found !== undefined) return found
    await sleep(options.everyMs ?? 500, undefined, { signal: options.signal })
  }
  throw new Error(`After ${options.limitSeconds} s there still was not ${what}.`)
}

/** What a server says that has no connection to its database for a moment. */
const isPassing = (error: unknown): boolean => error instanceof Refusal && error.status === 503
