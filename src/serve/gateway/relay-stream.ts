import { eventStreamHeaders, Failure } from '../../foundation/platform/index.ts'
import type { ClientStream } from '../dialects/index.ts'
import { type Attempt, type Deadline, type PeekedStream, watchDeadline } from '../routing/index.ts'
import type { Exchange } from './exchange.ts'

interface Relay {
  readonly attempt: Attempt
  /** What the upstream sends, from where it was peeked. */
  readonly source: PeekedStream
  /** What makes the client's events of it. */
  readonly stream: ClientStream
  readonly exchange: Exchange
}

/** A comment keeps proxies from closing a connection on which a model is thinking. */
const heartbeatMs = 15_000
const heartbeat = new TextEncoder().encode(': keep-alive\n\n')

/**
 * Relays a stream to the client, whose first meaningful event is there. From here on it is never switched: an error
 * ends it in the dialect's own words. The client's pace holds the upstream back; a departed client aborts it.
 */
export function relayStream(
  relay: Relay,
  headers: Readonly<Record<string, string>>,
  onBug: (error: unknown) => void,
): Response {
  const { source, stream, exchange } = relay
  const contentType = source.contentType ?? eventStreamHeaders['content-type']
  let silence: ReturnType<typeof watchSilence> | undefined
  const body = new ReadableStream<Uint8Array>({
    start: controller => {
      for (const piece of source.held) enqueue(controller, stream.push(piece))
      if (source.isEnded) {
        enqueue(controller, stream.end())
        exchange.succeed()
        return controller.close()
      }
      if (source.contentType === undefined) silence = watchSilence(controller)
    },
    pull: async controller => {
      try {
        const bytes = await nextBytes(relay)
        silence?.broken()
        if (bytes) return controller.enqueue(bytes)
        silence?.stop()
        exchange.succeed()
        controller.close()
      } catch (error) {
        silence?.stop()
        endWithError(error, controller, relay, onBug)
      }
    },
    cancel: () => {
      silence?.stop()
      exchange.leave()
    },
  })
  return new Response(body, { headers: { ...headers, ...eventStreamHeaders, 'content-type': contentType } })
}

/** The next bytes for the client, or `undefined` at the end of the stream. One await a chunk: this is the hot loop. */
async function nextBytes({ attempt, source, stream, exchange }: Relay): Promise<Uint8Array | undefined> {
  const { reader, translator } = source
  for (;;) {
    if (translator.failure) throw translator.failure
    let chunk: Awaited<ReturnType<typeof reader.read>>
    try {
      chunk = await reader.read()
    } catch (cause) {
      throw exchange.control.reason ?? translator.interrupted(cause)
    }
    if (!chunk.value) return endOf(translator, stream)
    attempt.touch()
    const passed = translator.push(chunk.value)
    const bytes = passed && stream.push(passed)
    if (bytes && bytes.byteLength > 0) return bytes
  }
}

/** What both still have to say, or `undefined`: the stream is over when this is asked again. */
function endOf(translator: PeekedStream['translator'], stream: ClientStream): Uint8Array | undefined {
  const rest = translator.end()
  const passed = rest && stream.push(rest)
  const last = stream.end()
  return passed && last ? Buffer.concat([passed, last]) : (passed ?? last)
}

function endWithError(
  error: unknown,
  controller: ReadableStreamDefaultController<Uint8Array>,
  { stream, exchange }: Relay,
  onBug: (error: unknown) => void,
): void {
  const failure =
    error instanceof Failure
      ? error
      : new Failure('upstream_error', 'The answer could not be read.', { cause: error })
  if (error !== failure) onBug(error)
  exchange.fail(failure)
  if (failure.code === 'client_closed') return controller.close()
  const words = stream.fail(failure)
  // without a reason: the server would print it
  if (!words) return controller.error()
  controller.enqueue(words)
  controller.close()
}

export function watchSilence(controller: ReadableStreamDefaultController<Uint8Array>): {
  broken(): void
  stop(): void
} {
  const deadline: Deadline = {
    at: performance.now() + heartbeatMs,
    expire: () => {
      deadline.at = performance.now() + heartbeatMs
      controller.enqueue(heartbeat)
    },
  }
  const stop = watchDeadline(deadline)
  return {
    broken: () => {
      deadline.at = performance.now() + heartbeatMs
    },
    stop,
  }
}

function enqueue(
  controller: ReadableStreamDefaultController<Uint8Array>,
  bytes: Uint8Array | undefined,
): void {
  if (bytes && bytes.byteLength > 0) controller.enqueue(bytes)
}
