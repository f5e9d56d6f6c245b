import type { Database } from './database.ts'
import { eventStreamHeaders, formatEvent } from './http/event-stream.ts'
import type { Logger } from './logger.ts'

export type SendEvent = (name: string, data: unknown) => void

/** What one stream tells; each says whether the row has ended, and with it the stream. */
export interface NewsTeller {
  /** What is known already; without it, the first look is made at once. */
  readonly first?: (send: SendEvent) => boolean
  /** Reads the row once more and sends what has changed. */
  readonly look: (send: SendEvent) => Promise<boolean>
}

/** Event streams of rows, each looked at whenever any replica tells of a change. */
export interface NewsStreams {
  open(id: string, teller: NewsTeller): Response
  close(): Promise<void>
}

export interface NewsStreamsOptions {
  readonly database: Database
  readonly logger: Logger
  /** Told of every change, with the id of the row. */
  readonly channel: string
  /** The name of the row in the log: `run`. */
  readonly what: string
  /** Looks again after that, also where nobody told of news. */
  readonly lookMs: number
}

interface Watcher {
  readonly id: string
  look(): Promise<void>
  end(): void
}

export function createNewsStreams(options: NewsStreamsOptions): NewsStreams {
  const { database, logger, what } = options
  const encoder = new TextEncoder()
  const watchers = new Set<Watcher>()
  let listening: Promise<() => Promise<void>> | undefined
  let timer: ReturnType<typeof setInterval> | undefined
  let isClosed = false

  function begin(): void {
    timer ??= setInterval(() => tell(''), options.lookMs)
    if (listening) return
    listening = database.listen(options.channel, tell)
    listening.catch((error: unknown) => {
      listening = undefined
      logger.warn({ err: error }, `News of each ${what} come late: the database cannot be listened to.`)
    })
  }

  function tell(id: string): void {
    for (const watcher of watchers) {
      if (id !== '' && watcher.id !== id) continue
      watcher
        .look()
        .catch((error: unknown) => logger.warn({ err: error, [what]: watcher.id }, `A ${what} was not read.`))
    }
  }

  function forget(watcher: Watcher): void {
    watchers.delete(watcher)
    if (watchers.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return {
    open(id, { first, look }) {
      let watcher: Watcher | undefined
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          let isLooking = false
          let isMissed = false
          let isOver = false
          const send: SendEvent = (name, data) => {
            if (!isOver) controller.enqueue(encoder.encode(formatEvent(name, data)))
          }
          if (first && (first(send) || isClosed)) return controller.close()
          const own: Watcher = {
            id,
            async look() {
              isMissed = true
              if (isLooking || isOver) return
              isLooking = true
              try {
                // what is told while it reads is read once more
                while (isMissed && !isOver) {
                  isMissed = false
                  if ((await look(send)) || isClosed) own.end()
                }
              } finally {
                isLooking = false
              }
            },
            end() {
              if (isOver) return
              isOver = true
              forget(own)
              controller.close()
            },
          }
          watcher = own
          watchers.add(own)
          begin()
          if (!first) own.look().catch((error: unknown) => controller.error(error))
        },
        cancel() {
          if (watcher) forget(watcher)
        },
      })
      return new Response(stream, { headers: eventStreamHeaders })
    },
    async close() {
      isClosed = true
      clearInterval(timer)
      for (const watcher of watchers) watcher.end()
      const end = await listening?.catch(() => undefined)
      await end?.().catch(() => undefined) // the connection is gone: so is its listener
    },
  }
}
