import type { Failure } from '../../../foundation/platform/index.ts'
import { NativeStream } from '../anthropic/native-stream.ts'
import type { DialectOptions } from '../dialect.ts'
import { asObject, asText, parseLoosely } from '../loose-json.ts'
import type { Observation, StreamTranslator, UpstreamCall } from '../upstream.ts'
import type { Frame } from './event-stream.ts'
import { FrameDrain } from './frame-drain.ts'

const decoder = new TextDecoder()
const encoder = new TextEncoder()

/** The events of Anthropic's own stream, unpacked from the frames in which InvokeModelWithResponseStream sends them. */
export class ClaudeStream implements StreamTranslator {
  readonly #drain: FrameDrain
  readonly #events: NativeStream
  readonly #options: DialectOptions

  constructor(call: UpstreamCall, signal: AbortSignal, options: DialectOptions) {
    this.#events = new NativeStream(call, signal, options)
    this.#options = options
    this.#drain = new FrameDrain(options.failures, signal)
  }

  get observation(): Observation {
    return this.#events.observation
  }

  get failure(): Failure | undefined {
    return this.#drain.failure ?? this.#events.failure
  }

  push(bytes: Uint8Array): Uint8Array | undefined {
    const events = this.#drain.translate(bytes, frame => this.#unpack(frame))
    return events === '' ? undefined : this.#events.push(encoder.encode(events))
  }

  end(): Uint8Array | undefined {
    this.#drain.end()
    return this.#events.end()
  }

  interrupted(cause: unknown): Failure {
    return this.#drain.failure ?? this.#events.interrupted(cause)
  }

  #unpack(frame: Frame): string {
    if (frame.headers.get(':event-type') !== 'chunk') return ''
    const packed = asText(asObject(parseLoosely(decoder.decode(frame.payload)))?.['bytes'])
    const data = packed === undefined ? '' : Buffer.from(packed, 'base64').toString('utf8')
    const event = asObject(parseLoosely(data))
    if (!event) throw this.#options.failures.unreadable('an event that is not a JSON object')
    return `event: ${asText(event['type']) ?? 'message'}\ndata: ${data.replaceAll(/\s*[\r\n]+\s*/g, ' ')}\n\n`
  }
}
