import { eventStreamHeaders, formatEvent } from '../../foundation/platform/index.ts'
import type { Database, Logger } from '../../foundation/platform/index.ts'
import { findInferences, inferencesChannel } from './inference-store.ts'
import type { Announcement } from './inference-store.ts'
import type { Inference } from './inference.ts'
import { toWire } from './inference-wire.ts'
import { isWithin } from './scope.ts'
import type { Scope } from './scope.ts'

export interface LiveFilter extends Scope {
  readonly outcome: string | undefined
}

/** Where stored inferences are shown to who watches, on every replica. */
export interface LiveTail {
  /** An event stream: `inference` with a row; `skipped` with `{count}` where the client was too slow. */
  open(filter: LiveFilter): Response
  /** These have been stored by this process. Costs nothing where nobody watches. */
  publish(inferences: readonly Inference[]): void
  readonly watchers: number
  /** Ends every stream; those opened later end at once. */
  close(): Promise<void>
}

/** Events that wait for one slow client before some are skipped. */
const clientBuffer = 500
/** Ids that are remembered, so that what other replicas announce is shown once. */
const rememberedIds = 5_000

interface Watcher {
  readonly filter: LiveFilter
  readonly controller: ReadableStreamDefaultController<Uint8Array>
  skipped: number
}

export function createLiveTail(options: {
  readonly database: Database
  readonly logger: Logger
  /** The name of this process among the replicas. */
  readonly writer: string
  readonly heartbeatMs?: number
}): LiveTail {
  const { database, logger, writer, heartbeatMs = 15_000 } = options
  const watchers = new Set<Watcher>()
  const shown = new Set<string>()
  const encoder = new TextEncoder()
  let heartbeat: ReturnType<typeof setInterval> | undefined
  let listening: Promise<() => Promise<void>> | undefined
  let hearing: Promise<void> = Promise.resolve()
  let isClosed = false

  function publish(inferences: readonly Inference[]): void {
    if (watchers.size === 0) return
    for (const inference of inferences) {
      if (shown.has(inference.id)) continue
      remember(inference.id)
      let event: Uint8Array | undefined
      for (const watcher of watchers) {
        if (!isWanted(watcher.filter, inference)) continue
        event ??= encoder.encode(formatEvent('inference', toWire(inference)))
        send(watcher, event)
      }
    }
  }

  function remember(id: string): void {
    shown.add(id)
    if (shown.size <= rememberedIds) return
    for (const oldest of shown) {
      shown.delete(oldest)
      break
    }
  }

  function send(watcher: Watcher, event: Uint8Array): void {
    const { controller } = watcher
    if ((controller.desiredSize ?? 0) <= 1) {
      watcher.skipped += 1
      return
    }
    if (watcher.skipped > 0) {
      controller.enqueue(encoder.encode(formatEvent('skipped', { count: watcher.skipped })))
      watcher.skipped = 0
    }
    controller.enqueue(event)
  }

  function open(filter: LiveFilter): Response {
    let watcher: Watcher | undefined
    const stream = new ReadableStream<Uint8Array>(
      {
        start(controller) {
          // Sent at once, so that the client sees its stream open and proxies pass it on.
          controller.enqueue(encoder.encode(': open\n\n'))
          if (isClosed) return controller.close()
          watcher = { filter, controller, skipped: 0 }
          watchers.add(watcher)
          startTogether()
        },
        cancel() {
          if (watcher) watchers.delete(watcher)
          if (watchers.size === 0) stopTogether()
        },
      },
      new CountQueuingStrategy({ highWaterMark: clientBuffer }),
    )
    return new Response(stream, { headers: eventStreamHeaders })
  }

  /** What all watchers share is kept only while there is one: a timer, and a connection that listens. */
  function startTogether(): void {
    heartbeat ??= setInterval(() => {
      const comment = encoder.encode(': still here\n\n')
      for (const { controller } of watchers)
        if ((controller.desiredSize ?? 0) > 1) controller.enqueue(comment)
    }, heartbeatMs)
    listening ??= database.listen(inferencesChannel, hear)
    listening.catch((error: unknown) => {
      listening = undefined
      logger.warn({ err: error }, 'The live tail shows only what this process serves: it cannot listen.')
    })
  }

  function stopTogether(): void {
    clearInterval(heartbeat)
    heartbeat = undefined
    shown.clear()
    const ending = listening
    listening = undefined
    ending?.then(end => end()).catch(() => {}) // the connection is gone: so is its listener
  }

  function hear(payload: string): void {
    // Empty after a reconnect: what was missed meanwhile is in the list, not in the tail.
    if (payload === '' || watchers.size === 0) return
    const announcement = JSON.parse(payload) as Announcement
    if (announcement.writer === writer) return
    // One after the other: in order, and never more than one query at a time.
    hearing = hearing
      .then(async () => publish(await findInferences(database, announcement.ids)))
      .catch((error: unknown) => logger.warn({ err: error }, 'The live tail missed rows of another replica.'))
  }

  return {
    open,
    publish,
    get watchers() {
      return watchers.size
    },
    close: async () => {
      isClosed = true
      for (const { controller } of watchers) controller.close()
      watchers.clear()
      const ending = listening
      stopTogether()
      await ending?.catch(() => {}) // it was logged when it failed
    },
  }
}

function isWanted(filter: LiveFilter, inference: Inference): boolean {
  if (inference.isShadow === true) return false
  return isWithin(filter, inference) && (filter.outcome === undefined || filter.outcome === inference.outcome)
}
