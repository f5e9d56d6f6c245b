import { Failure } from '../../../foundation/platform/index.ts'
import { emptyObservation, type DialectOptions } from '../dialect.ts'
import { readError } from '../error-body.ts'
import { EventSplitter } from '../event-splitter.ts'
import { asObject, asText, parseLoosely, type JsonObject } from '../loose-json.ts'
import type { Observation, Operation, StreamTranslator, UpstreamCall } from '../upstream.ts'
import { readMediaUsage } from './media-usage.ts'

const blankLine = new TextEncoder().encode('\n\n')

/**
 * Forwards the events of a transcription, of speech or of images in the making as they come, and reads their usage:
 * `transcript.text.delta`, `speech.audio.done`, `image_generation.completed`, … The last event of each says so in its
 * type; vLLM's transcriptions end with `[DONE]`.
 */
export class MediaStream implements StreamTranslator {
  readonly observation: Observation = emptyObservation()
  readonly #splitter = new EventSplitter()
  readonly #options: DialectOptions
  readonly #signal: AbortSignal
  readonly #isContentWanted: boolean
  readonly #operation: Operation
  /** How many last events are still to come: one, or one for each image. */
  #missing: number
  #failure: Failure | undefined

  constructor(call: UpstreamCall, signal: AbortSignal, options: DialectOptions) {
    this.#signal = signal
    this.#options = options
    this.#isContentWanted = call.isContentWanted
    this.#operation = call.operation
    const isImage = call.operation === 'image' || call.operation === 'image_edit'
    this.#missing = isImage ? Number(call.body['n'] ?? 1) : 1
  }

  get failure(): Failure | undefined {
    return this.#failure
  }

  push(bytes: Uint8Array): Uint8Array | undefined {
    if (this.#failure) throw this.#failure
    const splitter = this.#splitter
    splitter.feed(bytes)
    let end = -1
    let start = 0
    try {
      while (splitter.next()) {
        if (end < 0) start = splitter.start
        if (splitter.dataStart >= 0) this.#read(splitter.data)
        end = splitter.end
      }
    } catch (error) {
      this.#failure =
        error instanceof Failure
          ? error
          : this.#options.failures.unreadable('an event that is too large', error)
      if (end < 0) throw this.#failure
    }
    return end < 0 ? undefined : splitter.bytes.subarray(start, end)
  }

  end(): Uint8Array | undefined {
    if (this.#failure) throw this.#failure
    // some leave out the blank line after their last event
    const tail = this.#splitter.hasRemainder ? this.#endUnfinishedEvent() : undefined
    if (this.#missing > 0) throw (this.#failure = this.#options.failures.truncated())
    return tail
  }

  interrupted(cause: unknown): Failure {
    return (this.#failure ??= this.#options.failures.fromBody(cause, this.#signal))
  }

  #endUnfinishedEvent(): Uint8Array | undefined {
    try {
      return this.push(blankLine)
    } catch (error) {
      // an event that was cut in the middle is no event
      const isCut = error instanceof Failure && error.details.upstreamCode === 'unreadable'
      throw isCut ? (this.#failure = this.#options.failures.truncated(error)) : error
    }
  }

  #read(data: string): void {
    const text = data.trim()
    if (text === '') return
    if (text === '[DONE]') {
      this.#missing = 0
      return
    }
    const event = asObject(parseLoosely(text))
    if (!event) throw this.#options.failures.unreadable('an event that is not a JSON object')
    const type = asText(event['type']) ?? ''
    if (type === 'error' || (event['error'] !== undefined && event['error'] !== null)) {
      throw this.#options.failures.fromError(readError(event))
    }
    this.observation.firstTokenAt ??= performance.now()
    this.observation.usage = readMediaUsage(event['usage'], this.#operation) ?? this.observation.usage
    if (type === 'transcript.text.delta') this.observation.outputEvents += 1
    if (this.#isContentWanted) this.#keepContent(type, event)
    if (/\.(?:done|completed)$/.test(type)) this.#missing -= 1
  }

  #keepContent(type: string, event: JsonObject): void {
    const { observation } = this
    const before = typeof observation.content === 'string' ? observation.content : ''
    if (type === 'transcript.text.done') observation.content = asText(event['text'])
    if (type === 'transcript.text.delta') observation.content = before + (asText(event['delta']) ?? '')
  }
}
