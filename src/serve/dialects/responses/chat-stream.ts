import type { Failure } from '../../../foundation/platform/index.ts'
import { asList, asObject, asText, EventSplitter, parseLoosely } from '../../providers/index.ts'
import type { AnswerContext, Body, ClientStream } from '../client-dialect.ts'
import type { AnswerBuilder } from './answer-builder.ts'
import { EventWriter } from './event-writer.ts'
import { createBuilder, endResponse } from './from-reply.ts'
import { CallTable, hasContent, readMessage } from './read-message.ts'
import { describeRequest, toEnding, toResponseError } from './response-object.ts'

const blankLine = new TextEncoder().encode('\n\n')

/**
 * Chat completion chunks as the events of a response. `response.created` is written with the first piece of the answer
 * and not before, so that until then nothing has been said that would bind us.
 */
export class ChatToResponse implements ClientStream {
  readonly #context: AnswerContext
  readonly #splitter = new EventSplitter()
  readonly #writer = new EventWriter()
  readonly #builder: AnswerBuilder
  readonly #calls = new CallTable()
  #isBegun = false
  #finishReason: string | undefined
  /** What the chunks said beside the choices. */
  #reply: Record<string, unknown> = {}
  #answer: Body | undefined

  constructor(context: AnswerContext) {
    this.#context = context
    this.#builder = createBuilder(context, (type, fields) => this.#writer.write(type, fields))
  }

  get answer(): Body | undefined {
    return this.#answer
  }

  push(bytes: Uint8Array): Uint8Array | undefined {
    this.#splitter.feed(bytes)
    while (this.#splitter.next()) {
      if (this.#splitter.dataStart >= 0) this.#read(this.#splitter.data.trim())
    }
    return this.#writer.take()
  }

  end(): Uint8Array | undefined {
    if (this.#splitter.hasRemainder) this.push(blankLine)
    this.#finish()
    return this.#writer.take()
  }

  fail(failure: Failure): Uint8Array {
    const error = toResponseError(failure)
    if (this.#isBegun && !this.#answer) {
      const request = describeRequest(this.#context)
      const output = this.#builder.abandon()
      const response = { ...request, status: 'failed', error, incomplete_details: null, output }
      this.#writer.write('response.failed', { response })
    } else {
      const { parameter = null } = failure.details
      this.#writer.write('error', { ...error, param: parameter })
    }
    return this.#writer.take() ?? new Uint8Array(0)
  }

  #read(data: string): void {
    if (data === '' || this.#answer) return
    if (data === '[DONE]') return this.#finish()
    const chunk = asObject(parseLoosely(data))
    if (!chunk) return
    for (const name of ['usage', 'service_tier']) {
      if (chunk[name] !== undefined && chunk[name] !== null) this.#reply[name] = chunk[name]
    }
    const choice = asObject(asList(chunk['choices'])?.[0])
    if (!choice) return
    const delta = asObject(choice['delta'])
    if (delta && hasContent(delta)) {
      this.#begin()
      readMessage(delta, choice['logprobs'], this.#builder, this.#calls)
    }
    this.#finishReason = asText(choice['finish_reason']) ?? this.#finishReason
  }

  #begin(): void {
    if (this.#isBegun) return
    this.#isBegun = true
    const request = describeRequest(this.#context)
    const response = { ...request, status: 'in_progress', error: null, incomplete_details: null, output: [] }
    this.#writer.write('response.created', { response })
    this.#writer.write('response.in_progress', { response })
  }

  #finish(): void {
    if (this.#answer) return
    this.#begin()
    const ending = toEnding(this.#finishReason)
    this.#builder.end(ending)
    const { output } = this.#builder
    this.#answer = endResponse(this.#context, { ending, output, reply: this.#reply })
    this.#writer.write(`response.${ending.status}`, { response: this.#answer })
  }
}
