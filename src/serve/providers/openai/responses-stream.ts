import type { Failure } from '../../../foundation/platform/index.ts'
import { emptyObservation, type DialectOptions } from '../dialect.ts'
import { readError } from '../error-body.ts'
import { EventSplitter } from '../event-splitter.ts'
import { asObject, asText, parseLoosely } from '../loose-json.ts'
import { StreamFailure } from '../stream-failure.ts'
import type { Observation, StreamTranslator, UpstreamCall } from '../upstream.ts'
import { ResponsesContent } from './responses-content.ts'
import { isFailed, observe, readResponsesUsage } from './responses-reply.ts'

const asciiDecoder = new TextDecoder('latin1')
const blankLine = new TextEncoder().encode('\n\n')

/** What comes before the model has said anything: a quota error may still follow. */
const preamble = new Set(['response.created', 'response.in_progress', 'response.queued'])

/** Deltas, which are most events, hold nothing to know once the answer has begun. */
const isDelta = /^\s*\{\s*"type"\s*:\s*"response\.[a-z_]+(?:\.[a-z_]+)?\.delta"/

/**
 * Forwards the events of a Responses stream as they come, and watches them pass. The first ones, which say no more than
 * that the request was taken, are held back until something follows them.
 */
export class ResponsesStream implements StreamTranslator {
  readonly observation: Observation = emptyObservation()
  readonly #splitter = new EventSplitter()
  readonly #call: UpstreamCall
  readonly #options: DialectOptions
  readonly #held: Uint8Array[] = []
  readonly #content: ResponsesContent | undefined
  readonly #failure: StreamFailure
  #isDone = false

  constructor(call: UpstreamCall, signal: AbortSignal, options: DialectOptions) {
    this.#call = call
    this.#options = options
    this.#failure = new StreamFailure(options.failures, signal)
    this.#content = call.isContentWanted ? new ResponsesContent() : undefined
  }

  get failure(): Failure | undefined {
    return this.#failure.first
  }

  push(bytes: Uint8Array): Uint8Array | undefined {
    this.#failure.throwIfFailed()
    const splitter = this.#splitter
    splitter.feed(bytes)
    const pieces: Uint8Array[] = []
    try {
      while (!this.#isDone && splitter.next()) {
        if (splitter.dataStart < 0) continue
        const raw = splitter.bytes.subarray(splitter.start, splitter.end)
        if (this.#accept()) pieces.push(...this.#held.splice(0), raw)
        else if (!this.#isDone) this.#held.push(raw)
      }
    } catch (error) {
      const failure = this.#failure.keep(error)
      if (pieces.length === 0) throw failure
    }
    return pieces.length > 1 ? Buffer.concat(pieces) : pieces[0]
  }

  end(): Uint8Array | undefined {
    this.#failure.throwIfFailed()
    let tail: Uint8Array | undefined
    if (!this.#isDone && this.#splitter.hasRemainder) {
      try {
        tail = this.push(blankLine)
      } catch (error) {
        throw this.#failure.unfinished(error)
      }
    }
    if (!this.#isDone) throw this.#failure.truncated()
    return tail
  }

  interrupted(cause: unknown): Failure {
    return this.#failure.interrupted(cause)
  }

  /** Looks at the current event; whether the client gets it now. */
  #accept(): boolean {
    const { bytes, dataStart, dataEnd, isMultiline } = this.#splitter
    if (this.observation.firstTokenAt !== undefined && !isMultiline && !this.#content) {
      if (isDelta.test(asciiDecoder.decode(bytes.subarray(dataStart, Math.min(dataEnd, dataStart + 80))))) {
        this.observation.outputEvents += 1
        return true
      }
    }
    return this.#read(this.#splitter.data.trim())
  }

  #read(data: string): boolean {
    if (data === '[DONE]' || data === '') return false
    const event = asObject(parseLoosely(data))
    const type = asText(event?.['type'])
    if (!event || type === undefined) {
      if (event?.['error'] !== undefined) throw this.#options.failures.fromError(readError(event))
      throw this.#options.failures.unreadable('an event that is not a JSON object with a type')
    }
    if (type === 'error') throw this.#options.failures.fromError(readError(event))
    const response = asObject(event['response'])
    if (response) {
      this.observation.usage = readResponsesUsage(response['usage']) ?? this.observation.usage
      if (isFailed(response)) throw this.#options.failures.fromError(readError(response))
      this.observation.upstreamId ??= asText(response['id'])
      this.observation.upstreamModel ??= asText(response['model'])
    }
    if (preamble.has(type)) return this.observation.firstTokenAt !== undefined
    this.observation.firstTokenAt ??= performance.now()
    if (type.endsWith('.delta')) this.observation.outputEvents += 1
    if (this.#content) {
      this.#content.add(type, event)
      this.observation.content = this.#content.message
    }
    if (response && (type === 'response.completed' || type === 'response.incomplete')) {
      observe(response, this.#call, this.observation)
      this.#isDone = true
    }
    return true
  }
}
