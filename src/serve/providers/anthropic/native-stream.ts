import type { Failure } from '../../../foundation/platform/index.ts'
import { emptyObservation, type DialectOptions } from '../dialect.ts'
import { readError } from '../error-body.ts'
import { EventDrain } from '../event-drain.ts'
import { asObject, asText, parseLoosely, type JsonObject } from '../loose-json.ts'
import type { Observation, StreamTranslator, UpstreamCall } from '../upstream.ts'
import { toFinishReason } from './finish-reason.ts'
import { AnthropicStream } from './stream.ts'
import { AnthropicUsage } from './usage.ts'

const encoder = new TextEncoder()
const lastEvent = encoder.encode('event: message_stop\ndata: {"type":"message_stop"}\n\n')
const deltaHead = encoder.encode('{"type":"content_block_delta"')

/**
 * Forwards the events of an Anthropic stream as the bytes they came in, and watches them pass. Once the answer has
 * begun, its deltas are not parsed, unless the content is collected.
 */
export class NativeStream implements StreamTranslator {
  readonly observation: Observation = emptyObservation()
  readonly #drain: EventDrain
  readonly #options: DialectOptions
  readonly #usage = new AnthropicUsage()
  /** Puts the content together in OpenAI's shape, in which all content is kept. */
  readonly #collector: AnthropicStream | undefined

  constructor(call: UpstreamCall, signal: AbortSignal, options: DialectOptions) {
    this.#options = options
    this.#drain = new EventDrain(options.failures, signal)
    this.#collector = call.isContentWanted ? new AnthropicStream(call, signal, options) : undefined
  }

  get failure(): Failure | undefined {
    return this.#drain.failure
  }

  push(bytes: Uint8Array): Uint8Array | undefined {
    return this.#drain.forward(bytes, () => this.#observe())
  }

  end(): Uint8Array | undefined {
    const tail = this.#drain.pushRest(bytes => this.push(bytes))
    if (this.#drain.isDone) return tail
    if (this.observation.finishReason === undefined) throw this.#drain.truncated()
    this.#drain.isDone = true
    return tail ? Buffer.concat([tail, lastEvent]) : lastEvent
  }

  interrupted(cause: unknown): Failure {
    return this.#drain.interrupted(cause)
  }

  #observe(): void {
    const { splitter } = this.#drain
    if (splitter.dataStart < 0) return
    const { observation } = this
    if (observation.firstTokenAt !== undefined && !this.#collector && this.#isDelta()) {
      observation.outputEvents += 1
      return
    }
    const { data } = splitter
    if (data.trim() === '') return
    const event = asObject(parseLoosely(data))
    if (!event) throw this.#options.failures.unreadable('an event that is not a JSON object')
    this.#read(event)
    if (!this.#collector) return
    this.#collector.push(splitter.bytes.subarray(splitter.start, splitter.end))
    observation.content = this.#collector.observation.content
  }

  #isDelta(): boolean {
    const { bytes, dataStart } = this.#drain.splitter
    return deltaHead.every((byte, index) => bytes[dataStart + index] === byte)
  }

  #read(event: JsonObject): void {
    const { observation } = this
    switch (event['type']) {
      case 'message_start': {
        const message = asObject(event['message'])
        observation.upstreamId = asText(message?.['id'])
        observation.upstreamModel = asText(message?.['model'])
        this.#count(message?.['usage'])
        break
      }
      case 'content_block_start': {
        const type = asObject(event['content_block'])?.['type']
        // of a text or of thinking, the start says nothing yet
        if (type !== 'text' && type !== 'thinking') observation.firstTokenAt ??= performance.now()
        break
      }
      case 'content_block_delta':
        observation.firstTokenAt ??= performance.now()
        observation.outputEvents += 1
        break
      case 'message_delta': {
        this.#count(event['usage'])
        const reason = asText(asObject(event['delta'])?.['stop_reason'])
        if (reason) observation.finishReason = toFinishReason(reason)
        break
      }
      case 'message_stop':
        if (observation.finishReason === undefined) throw this.#options.failures.truncated()
        this.#drain.isDone = true
        break
      case 'error':
        throw this.#options.failures.fromError(readError(event))
      default:
        // `ping`, and events that are yet to be invented
        break
    }
  }

  #count(usage: unknown): void {
    this.#usage.update(usage)
    this.observation.usage = this.#usage.buckets
    this.observation.serviceTier = this.#usage.serviceTier
  }
}
