import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiClient } from './api-client.ts'
import { CommandError } from './command-error.ts'
import { readEvents, type ServerEvent } from './event-stream.ts'
import { exitCodes } from './exit-codes.ts'

const longestPauseMs = 5_000

/**
 * Reads a live stream until `read` gives something, over breaks of the stream and restarts of the server; `undefined` where the signal
 * has aborted before. What the server refuses is thrown.
 */
export async function followLive<Result>(
  api: ApiClient,
  path: string,
  signal: AbortSignal,
  read: (event: ServerEvent) => Result | undefined,
): Promise<Result | undefined> {
  let pauseMs = 0
  while (!signal.aborted) {
    try {
      const response = await api.send(path, { signal, accept: 'text/event-stream' })
      pauseMs = 0
      if (response.body === null) continue
      for await (const event of readEvents(response.body)) {
        const result = read(event)
        if (result !== undefined) return result
      }
    } catch (error) {
      if (signal.aborted) break
      const isRefused = error instanceof CommandError && error.exitCode !== exitCodes.unreachable
      if (isRefused) throw error
    }
    pauseMs = Math.min(longestPauseMs, pauseMs * 2 + 250)
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
  }
  return undefined
}
