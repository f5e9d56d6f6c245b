import type { Failure } from '../../../foundation/platform/index.ts'
import { emptyObservation, type DialectOptions } from '../dialect.ts'
import { readError } from '../error-body.ts'
import { EventDrain } from '../event-drain.ts'
import { asList, asObject, asText, parseLoosely, type JsonObject } from '../loose-json.ts'
import { ChunkWriter } from '../openai/chunk-writer.ts'
import { writeUsage } from '../openai/write-usage.ts'
import type { Observation, StreamTranslator, UpstreamCall } from '../upstream.ts'
import { isBroken, toFinishReason } from './finish-reason.ts'
import { readUsage } from './usage.ts'

/**
 * Writes the events of Cohere's stream as the chunks of OpenAI's, one by one as they come.
 * https://docs.cohere.com/v2/docs/streaming
 */
export class CohereStream implements StreamTranslator {
  readonly observation: Observation = emptyObservation()
  readonly #drain: EventDrain
  readonly #options: DialectOptions
  readonly #call: UpstreamCall
  #writer: ChunkWriter | undefined
  #calls = 0
  #hasArguments = false

  constructor(call: UpstreamCall, signal: AbortSignal, options: DialectOptions) {
    this.#call = call
    this.#options = options
    this.#drain = new EventDrain(options.failures, signal)
  }

  get failure(): Failure | undefined {
    return this.#drain.failure
  }

  push(bytes: Uint8Array): Uint8Array | undefined {
    return this.#drain.translate(bytes, data => this.#translate(data))
  }

  /** `message-end` ends an answer; a stream that ends before it was cut. */
  end(): Uint8Array | undefined {
    const tail = this.#drain.pushRest(bytes => this.push(bytes))
    if (!this.#drain.isDone) throw this.#drain.truncated()
    return tail
  }

  interrupted(cause: unknown): Failure {
    return this.#drain.interrupted(cause)
  }

  #translate(data: string): string {
    if (data.trim() === '' || data === '[DONE]') return ''
    const event = asObject(parseLoosely(data))
    if (!event) throw this.#options.failures.unreadable('an event that is not a JSON object')
    const type = asText(event['type'])
    if (type === undefined) throw this.#options.failures.fromError(readError(event))
    if (type === 'message-start') this.observation.upstreamId = asText(event['id'])
    const writer = (this.#writer ??= new ChunkWriter(this.#call, this.observation))
    const delta = asObject(event['delta'])
    const message = asObject(delta?.['message'])
    switch (type) {
      case 'message-start':
        return writer.start()
      case 'content-start':
      case 'content-delta':
        return this.#content(asObject(message?.['content']), writer)
      case 'tool-plan-delta': {
        const plan = asText(message?.['tool_plan'])
        return plan ? writer.piece({ tool_plan: plan }) : ''
      }
      case 'tool-call-start':
        return this.#callStart(asObject(message?.['tool_calls']), writer)
      case 'tool-call-delta':
        return this.#arguments(asObject(message?.['tool_calls']), writer)
      case 'tool-call-end':
        return this.#hasArguments ? '' : this.#piece('{}', writer)
      case 'citation-start': {
        const citation = message?.['citations']
        return citation === undefined ? '' : writer.piece({ citations: asList(citation) ?? [citation] })
      }
      case 'message-end':
        return this.#messageEnd(delta ?? {}, writer)
      default:
        // ends of blocks and citations, and events that are yet to be invented
        return ''
    }
  }

  #content(content: JsonObject | undefined, writer: ChunkWriter): string {
    const thinking = asText(content?.['thinking'])
    const text = asText(content?.['text'])
    return (
      (thinking ? writer.piece({ reasoning_content: thinking }) : '') +
      (text ? writer.piece({ content: text }) : '')
    )
  }

  #callStart(call: JsonObject | undefined, writer: ChunkWriter): string {
    const called = asObject(call?.['function'])
    this.#calls += 1
    this.#hasArguments = false
    const start = writer.piece({
      tool_calls: [
        {
          index: this.#calls - 1,
          id: call?.['id'],
          type: 'function',
          function: { name: called?.['name'], arguments: '' },
        },
      ],
    })
    return start + this.#arguments(call, writer)
  }

  #arguments(call: JsonObject | undefined, writer: ChunkWriter): string {
    const piece = asText(asObject(call?.['function'])?.['arguments'])
    return piece && piece !== 'null' ? this.#piece(piece, writer) : ''
  }

  #piece(text: string, writer: ChunkWriter): string {
    this.#hasArguments = true
    return writer.piece({ tool_calls: [{ index: this.#calls - 1, function: { arguments: text } }] })
  }

  #messageEnd(delta: JsonObject, writer: ChunkWriter): string {
    const { observation } = this
    observation.usage = readUsage(delta['usage'])
    const reason = asText(delta['finish_reason'])
    const said = asText(delta['error'])
    if (!reason || isBroken(reason)) {
      const what = `an answer with the finish reason ${reason ?? 'none'}${said ? `: ${said}` : ''}`
      throw this.#options.failures.unreadable(what)
    }
    this.#drain.isDone = true
    const { usage } = observation
    return writer.finish(toFinishReason(reason)) + writer.end(usage && writeUsage(usage))
  }
}
