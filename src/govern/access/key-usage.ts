import type { Database, Logger } from '../../foundation/platform/index.ts'
import { writeLastUsed } from './key-store.ts'

/** When keys were last used: noted in memory by the request path, written in one statement now and then. */
export interface KeyUsage {
  note(keyId: string, atMs: number): void
  /** Writes what was noted since the last time. */
  flush(): Promise<void>
  /** Stops and writes the rest. */
  close(): Promise<void>
}

export function createKeyUsage(options: {
  database: Database
  logger: Logger
  intervalMs: number
}): KeyUsage {
  const { database, logger, intervalMs } = options
  let noted = new Map<string, number>()
  const timer = setInterval(() => void flush(), intervalMs)
  timer.unref()

  async function flush(): Promise<void> {
    if (noted.size === 0) return
    const writing = noted
    noted = new Map()
    try {
      await writeLastUsed(database, writing)
    } catch (error) {
      for (const [keyId, atMs] of writing) noted.set(keyId, Math.max(atMs, noted.get(keyId) ?? 0))
      logger.warn({ err: error }, 'when keys were last used could not be written; trying again')
    }
  }

  return {
    note: (keyId, atMs) => {
      noted.set(keyId, atMs)
    },
    flush,
    close: async () => {
      clearInterval(timer)
      await flush()
    },
  }
}
