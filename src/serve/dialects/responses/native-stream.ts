import { formatEvent, type Failure } from '../../../foundation/platform/index.ts'
import { asObject, EventSplitter, parseLoosely } from '../../providers/index.ts'
import type { AnswerContext, Body, ClientStream } from '../client-dialect.ts'
import { fromNative, sealItem } from './native.ts'
import { describeRequest, toResponseError } from './response-object.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Only these carry what must be rewritten: the response itself, and whole items. */
const rewritten =
  /"type"\s*:\s*"response\.(?:output_item\.|created|in_progress|queued|completed|incomplete|failed)|\\u00/

/**
 * The events of an upstream that speaks this dialect, as they come; only those that hold the response or a whole item
 * are written anew.
 */
export class NativeStream implements ClientStream {
  readonly #context: AnswerContext
  readonly #splitter = new EventSplitter()
  #next = 0
  /** The response as it was told last; `undefined` until the upstream has begun. */
  #response: Body | undefined
  readonly #items: Body[] = []
  #answer: Body | undefined

  constructor(context: AnswerContext) {
    this.#context = context
  }

  get answer(): Body | undefined {
    return this.#answer
  }

  push(bytes: Uint8Array): Uint8Array | undefined {
    const splitter = this.#splitter
    splitter.feed(bytes)
    const pieces: Uint8Array[] = []
    while (splitter.next()) {
      const raw = splitter.bytes.subarray(splitter.start, splitter.end)
      if (splitter.dataStart < 0) continue
      if (this.#answer) continue
      this.#next += 1
      const needsRewriting = splitter.isMultiline || rewritten.test(decoder.decode(raw))
      pieces.push(needsRewriting ? this.#rewrite(splitter.data, raw) : raw)
    }
    return pieces.length === 0 ? undefined : Buffer.concat(pieces)
  }

  end(): Uint8Array | undefined {
    return this.#splitter.hasRemainder ? this.push(encoder.encode('\n\n')) : undefined
  }

  fail(failure: Failure): Uint8Array {
    const error = toResponseError(failure)
    const sequence = { sequence_number: this.#next }
    if (!this.#response || this.#answer) {
      const { parameter = null } = failure.details
      return encoder.encode(formatEvent('error', { type: 'error', ...error, param: parameter, ...sequence }))
    }
    const type = 'response.failed'
    const response = {
      ...describeRequest(this.#context),
      ...this.#response,
      status: 'failed',
      error,
      output: this.#items,
    }
    return encoder.encode(formatEvent(type, { type, response, ...sequence }))
  }

  #rewrite(data: string, raw: Uint8Array): Uint8Array {
    const event = asObject(parseLoosely(data))
    const type = event?.['type']
    if (!event || typeof type !== 'string') return raw
    const response = asObject(event['response'])
    if (response) {
      this.#response = fromNative(response, this.#context)
      if (/\.(?:completed|incomplete)$/.test(type)) this.#answer = this.#response
      return encoder.encode(formatEvent(type, { ...event, response: this.#response }))
    }
    const item = asObject(sealItem(event['item'], this.#context))
    if (!item) return raw
    if (type === 'response.output_item.done') this.#items.push(item)
    return encoder.encode(formatEvent(type, { ...event, item }))
  }
}
