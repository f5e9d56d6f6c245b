import type { Failure } from '../../../foundation/platform/index.ts'
import { emptyObservation, type DialectOptions } from '../dialect.ts'
import { readError } from '../error-body.ts'
import { EventDrain } from '../event-drain.ts'
import { asObject, asText, parseLoosely, type JsonObject } from '../loose-json.ts'
import type { Observation, Operation, StreamTranslator, UpstreamCall } from '../upstream.ts'
import { readMediaUsage } from './media-usage.ts'

/**
 * Forwards the events of a transcription, of speech or of images in the making as they come, and reads their usage:
 * `transcript.text.delta`, `speech.audio.done`, `image_generation.completed`, … The last event of each says so in its
 * type; vLLM's transcriptions end with `[DONE]`.
 */
export class MediaStream implements StreamTranslator {
  readonly observation: Observation = emptyObservation()
  readonly #drain: EventDrain
  readonly #options: DialectOptions
  readonly #isContentWanted: boolean
  readonly #operation: Operation
  /** How many last events are still to come: one, or one for each image. */
  #missing: number

  constructor(call: UpstreamCall, signal: AbortSignal, options: DialectOptions) {
    this.#options = options
    this.#drain = new EventDrain(options.failures, signal)
    this.#isContentWanted = call.isContentWanted
    this.#operation = call.operation
    const isImage = call.operation === 'image' || call.operation === 'image_edit'
    this.#missing = isImage ? Number(call.body['n'] ?? 1) : 1
  }

  get failure(): Failure | undefined {
    return this.#drain.failure
  }

  push(bytes: Uint8Array): Uint8Array | undefined {
    const { splitter } = this.#drain
    return this.#drain.forward(bytes, () => {
      if (splitter.dataStart >= 0) this.#read(splitter.data)
    })
  }

  end(): Uint8Array | undefined {
    const tail = this.#drain.pushRest(bytes => this.push(bytes))
    if (this.#missing > 0) throw this.#drain.truncated()
    return tail
  }

  interrupted(cause: unknown): Failure {
    return this.#drain.interrupted(cause)
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
