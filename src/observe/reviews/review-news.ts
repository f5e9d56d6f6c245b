import { eventStreamHeaders, formatEvent } from '../../foundation/platform/index.ts'
import type { Database, Logger } from '../../foundation/platform/index.ts'
import type { ExampleState } from './examples/example-review.ts'
import type { ReviewState } from './review-machine.ts'
import { reviewsChannel } from './review-store.ts'

export interface News {
  readonly id: string
  readonly tenant: string
  readonly state: ReviewState | ExampleState
  readonly what: string
}

/** What happens to reviews on any replica, told to those here who wait for one and to those who watch the queue. */
export interface ReviewNews {
  /** Called for the review, and without knowing for which where some were missed. Returns what ends it. */
  onNews(id: string, call: () => void): () => void
  /** An event stream of `review`, with what happened to which. */
  open(tenant: string | undefined): Response
  close(): Promise<void>
}

const clientBuffer = 500

interface Watcher {
  readonly tenant: string | undefined
  readonly controller: ReadableStreamDefaultController<Uint8Array>
}

export function createReviewNews(options: {
  readonly database: Database
  readonly logger: Logger
  readonly heartbeatMs?: number
}): ReviewNews {
  const { database, logger, heartbeatMs = 15_000 } = options
  const encoder = new TextEncoder()
  const waiting = new Map<string, Set<() => void>>()
  const watchers = new Set<Watcher>()
  let listening: Promise<() => Promise<void>> | undefined
  let heartbeat: ReturnType<typeof setInterval> | undefined
  let isClosed = false

  function listen(): void {
    if (listening || isClosed) return
    listening = database.listen(reviewsChannel, hear)
    listening.catch((error: unknown) => {
      listening = undefined
      logger.warn(
        { err: error },
        'Decisions of other replicas are heard late: the database cannot be listened to.',
      )
    })
  }

  function hear(payload: string): void {
    if (payload === '') {
      // after a reconnect: anything may have happened
      for (const calls of waiting.values()) for (const call of calls) call()
      return tell(formatEvent('missed', {}), () => true)
    }
    const news = JSON.parse(payload) as News
    for (const call of waiting.get(news.id) ?? []) call()
    const { id, state, what } = news
    tell(
      formatEvent('review', { id, state, what }),
      ({ tenant }) => tenant === undefined || tenant === news.tenant,
    )
  }

  function tell(event: string, isFor: (watcher: Watcher) => boolean): void {
    if (watchers.size === 0) return
    const bytes = encoder.encode(event)
    for (const watcher of watchers)
      if (isFor(watcher) && (watcher.controller.desiredSize ?? 0) > 0) watcher.controller.enqueue(bytes)
  }

  return {
    onNews(id, call) {
      listen()
      const calls = waiting.get(id) ?? new Set()
      waiting.set(id, calls.add(call))
      return () => {
        calls.delete(call)
        if (calls.size === 0 && waiting.get(id) === calls) waiting.delete(id)
      }
    },
    open(tenant) {
      let watcher: Watcher | undefined
      const stream = new ReadableStream<Uint8Array>(
        {
          start(controller) {
            controller.enqueue(encoder.encode(': open\n\n'))
            if (isClosed) return controller.close()
            watcher = { tenant, controller }
            watchers.add(watcher)
            listen()
            heartbeat ??= setInterval(() => tell(': still here\n\n', () => true), heartbeatMs)
          },
          cancel() {
            if (watcher) watchers.delete(watcher)
            if (watchers.size > 0) return
            clearInterval(heartbeat)
            heartbeat = undefined
          },
        },
        new CountQueuingStrategy({ highWaterMark: clientBuffer }),
      )
      return new Response(stream, { headers: eventStreamHeaders })
    },
    async close() {
      isClosed = true
      clearInterval(heartbeat)
      for (const { controller } of watchers) controller.close()
      watchers.clear()
      const end = await listening?.catch(() => undefined)
      await end?.().catch(() => undefined) // the connection is gone: so is its listener
    },
  }
}
