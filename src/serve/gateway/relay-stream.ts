import { eventStreamHeaders, Failure } from '../../foundation/platform/index.ts'
import type { ClientStream } from '../dialects/index.ts'
import type { UpstreamAnswer } from '../providers/index.ts'
import type { Exchange } from './exchange.ts'

type Stream = Extract<UpstreamAnswer, { kind: 'stream' }>

/**
 * Relays a stream to the client. Nothing is committed before the first bytes for the client are there, so an
 * error until then is still an ordinary error response; after it, an error ends the stream in the dialect's own
 * words and without `[DONE]`. The client's pace holds the upstream back; a departed client aborts it.
 */
export async function relayStream(
  answer: Stream,
  stream: ClientStream,
  exchange: Exchange,
  headers: Record<string, string>,
  onBug: (error: unknown) => void,
): Promise<Response> {
  const reader = answer.body.getReader()
  const contentType = answer.contentType && { 'content-type': answer.contentType }
  const allHeaders = { ...headers, ...eventStreamHeaders, ...contentType }
  const first = await nextBytes(reader, answer, stream, exchange)
  if (!first) {
    exchange.succeed()
    return new Response(null, { headers: allHeaders })
  }
  const body = new ReadableStream<Uint8Array>({
    start: controller => controller.enqueue(first),
    pull: async controller => {
      try {
        const bytes = await nextBytes(reader, answer, stream, exchange)
        if (bytes) return controller.enqueue(bytes)
        exchange.succeed()
        controller.close()
      } catch (error) {
        endWithError(error, controller, stream, exchange, onBug)
      }
    },
    cancel: () => exchange.leave(),
  })
  return new Response(body, { headers: allHeaders })
}

/** The next bytes for the client, or `undefined` at the end of the stream. One await a chunk: this is the hot loop. */
async function nextBytes(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  { translator }: Stream,
  stream: ClientStream,
  exchange: Exchange,
): Promise<Uint8Array | undefined> {
  for (;;) {
    if (translator.failure) throw translator.failure
    let chunk: Awaited<ReturnType<typeof reader.read>>
    try {
      chunk = await reader.read()
    } catch (cause) {
      throw exchange.signal.aborted ? abortFailure(exchange.signal, cause) : translator.interrupted(cause)
    }
    if (!chunk.value) return endOf(translator, stream)
    const passed = translator.push(chunk.value)
    const bytes = passed && stream.push(passed)
    if (bytes && bytes.byteLength > 0) return bytes
  }
}

/** What both still have to say, or `undefined`: the stream is over when this is asked again. */
function endOf(translator: Stream['translator'], stream: ClientStream): Uint8Array | undefined {
  const rest = translator.end()
  const passed = rest && stream.push(rest)
  const last = stream.end()
  return passed && last ? Buffer.concat([passed, last]) : (passed ?? last)
}

/** What an aborted call means: the service's time was up, or the client has left. */
export function abortFailure(signal: AbortSignal, cause: unknown): Failure {
  const isTimeout = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
  return isTimeout
    ? new Failure('upstream_timeout', 'The model did not finish within the time that the service allows.', {
        cause,
      })
    : new Failure('client_closed', 'The client has left.', { cause })
}

function endWithError(
  error: unknown,
  controller: ReadableStreamDefaultController<Uint8Array>,
  stream: ClientStream,
  exchange: Exchange,
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
