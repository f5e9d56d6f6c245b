import { Failure } from '../../../foundation/platform/index.ts'
import { NativeStream } from '../anthropic/native-stream.ts'
import type { DialectOptions } from '../dialect.ts'
import { asObject, asText, parseLoosely } from '../loose-json.ts'
import type { Observation, StreamTranslator, UpstreamCall } from '../upstream.ts'
import { CorruptFrame, EventStreamDecoder, type Frame } from './event-stream.ts'
import { readException } from './exception.ts'

const decoder = new TextDecoder()
const encoder = new TextEncoder()

/** The events of Anthropic's own stream, unpacked from the frames in which InvokeModelWithResponseStream sends them. */
export class ClaudeStream implements StreamTranslator {
  readonly #frames = new EventStreamDecoder()
  readonly #events: NativeStream
  readonly #options: DialectOptions
  #failure: Failure | undefined

  constructor(call: UpstreamCall, signal: AbortSignal, options: DialectOptions) {
    this.#events = new NativeStream(call, signal, options)
    this.#options = options
  }

  get observation(): Observation {
    return this.#events.observation
  }

  get failure(): Failure | undefined {
    return this.#failure ?? this.#events.failure
  }

  push(bytes: Uint8Array): Uint8Array | undefined {
    if (this.#failure) throw this.#failure
    this.#frames.feed(bytes)
    let events = ''
    try {
      for (let frame = this.#frames.next(); frame; frame = this.#frames.next()) events += this.#unpack(frame)
    } catch (error) {
      this.#failure = this.#toFailure(error)
      if (events === '') throw this.#failure
    }
    return events === '' ? undefined : this.#events.push(encoder.encode(events))
  }

  end(): Uint8Array | undefined {
    if (this.#failure) throw this.#failure
    if (this.#frames.hasRemainder) throw (this.#failure = this.#options.failures.truncated())
    return this.#events.end()
  }

  interrupted(cause: unknown): Failure {
    return (this.#failure ??= this.#events.interrupted(cause))
  }

  #unpack(frame: Frame): string {
    const kind = frame.headers.get(':message-type')
    if (kind === 'exception' || kind === 'error') {
      throw this.#options.failures.fromError(readException(frame))
    }
    if (frame.headers.get(':event-type') !== 'chunk') return ''
    const packed = asText(asObject(parseLoosely(decoder.decode(frame.payload)))?.['bytes'])
    const data = packed === undefined ? '' : Buffer.from(packed, 'base64').toString('utf8')
    const event = asObject(parseLoosely(data))
    if (!event) throw this.#options.failures.unreadable('an event that is not a JSON object')
    return `event: ${asText(event['type']) ?? 'message'}\ndata: ${data.replaceAll(/\s*[\r\n]+\s*/g, ' ')}\n\n`
  }

  #toFailure(error: unknown): Failure {
    if (error instanceof Failure) return error
    const what = error instanceof CorruptFrame ? `a stream in which ${error.message}` : 'a broken stream'
    return this.#options.failures.unreadable(what, error)
  }
}
