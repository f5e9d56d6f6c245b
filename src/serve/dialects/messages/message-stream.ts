import type { Failure } from '../../../foundation/platform/index.ts'
import {
  asList,
  asObject,
  asText,
  EventSplitter,
  parseLoosely,
  type JsonObject,
} from '../../providers/index.ts'
import type { AnswerContext, ClientStream } from '../client-dialect.ts'
import { toAnthropicError } from './anthropic-error.ts'
import { CallBlocks } from './call-blocks.ts'
import { messageId } from './from-reply.ts'
import { piecesOf } from './pieces.ts'
import { endingOf } from './stop-reason.ts'
import { isUsage, toMessageUsage, toWholeUsage } from './usage.ts'

const encoder = new TextEncoder()

/** The chunks of a chat as the events of a message, each as soon as it can be written. */
export class MessageStream implements ClientStream {
  readonly #splitter = new EventSplitter()
  readonly #context: AnswerContext
  readonly #calls: CallBlocks
  #out = ''
  #isStarted = false
  #isOver = false
  /** The kind of the block that is open, and the index of the next. */
  #open: 'text' | 'thinking' | 'call' | undefined
  #nextIndex = 0
  #hasRefused = false
  /** The choice with the reason of the end; the usage comes after it. */
  #ended: JsonObject | undefined
  #usage: unknown

  constructor(context: AnswerContext) {
    this.#context = context
    this.#calls = new CallBlocks(
      {
        beginCall: (id, name) =>
          this.#begin('call', { type: 'tool_use', id, name, input: {}, caller: { type: 'direct' } }),
        addInput: json => this.#delta({ type: 'input_json_delta', partial_json: json }),
        endBlock: () => this.#end(),
      },
      context.inferenceId,
    )
  }

  push(bytes: Uint8Array): Uint8Array | undefined {
    const splitter = this.#splitter
    splitter.feed(bytes)
    while (!this.#isOver && splitter.next()) {
      if (splitter.dataStart >= 0) this.#read(splitter.data)
    }
    return this.#flush()
  }

  end(): Uint8Array | undefined {
    this.#finish()
    return this.#flush()
  }

  fail(failure: Failure): Uint8Array {
    this.#isOver = true
    return encoder.encode(eventText(toAnthropicError(failure)))
  }

  #read(data: string): void {
    if (data.trim() === '[DONE]') return this.#finish()
    const chunk = asObject(parseLoosely(data))
    if (!chunk) return
    if (isUsage(chunk['usage'])) this.#usage = chunk['usage']
    if (!this.#isStarted) this.#start(chunk)
    const choices = asList(chunk['choices']) ?? []
    const choice = asObject(choices[0])
    if (choice) this.#take(choice)
    else if (this.#ended && this.#usage !== undefined) this.#finish()
  }

  #start(chunk: JsonObject): void {
    this.#isStarted = true
    const message = {
      id: messageId(this.#context),
      type: 'message',
      role: 'assistant',
      model: asText(chunk['model']) ?? this.#context.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      stop_details: null,
      container: null,
      usage: toWholeUsage({ usage: this.#usage, service_tier: chunk['service_tier'] }),
    }
    this.#write({ type: 'message_start', message })
  }

  #take(choice: JsonObject): void {
    const { reasoning, signed, text, refusal, calls } = piecesOf(asObject(choice['delta']) ?? {})
    if (reasoning !== '') this.#say('thinking', reasoning)
    for (const block of signed) this.#sign(block)
    if (text !== '') this.#say('text', text)
    if (refusal !== '') this.#hasRefused = true
    if (refusal !== '') this.#say('text', refusal)
    for (const call of calls) {
      if (this.#open !== 'call') this.#end()
      this.#calls.add(call)
    }
    if (asText(choice['finish_reason'])) this.#ended ??= choice
    if (this.#ended) this.#closeAll()
  }

  #say(kind: 'text' | 'thinking', words: string): void {
    if (this.#open !== kind) {
      this.#closeAll()
      const empty = kind === 'text' ? { text: '' } : { thinking: '', signature: '' }
      this.#begin(kind, { type: kind, ...empty })
    }
    this.#delta({ type: `${kind}_delta`, [kind]: words })
  }

  /** A signed block comes whole when it is over; of its text, what was streamed is not said again. */
  #sign(block: JsonObject): void {
    const { type } = block
    if (type !== 'thinking') {
      this.#closeAll()
      this.#begin('thinking', block)
      return this.#end()
    }
    if (this.#open !== 'thinking') {
      this.#closeAll()
      this.#begin('thinking', { type, thinking: '', signature: '' })
      const thinking = asText(block['thinking'])
      if (thinking) this.#delta({ type: 'thinking_delta', thinking })
    }
    this.#delta({ type: 'signature_delta', signature: asText(block['signature']) ?? '' })
    this.#end()
  }

  #begin(kind: 'text' | 'thinking' | 'call', block: JsonObject): void {
    this.#open = kind
    this.#write({ type: 'content_block_start', index: this.#nextIndex, content_block: block })
    this.#nextIndex += 1
  }

  #delta(delta: JsonObject): void {
    this.#write({ type: 'content_block_delta', index: this.#nextIndex - 1, delta })
  }

  #end(): void {
    if (this.#open === undefined) return
    this.#open = undefined
    this.#write({ type: 'content_block_stop', index: this.#nextIndex - 1 })
  }

  #closeAll(): void {
    if (this.#open !== 'call') this.#end()
    this.#calls.finish()
  }

  #finish(): void {
    if (this.#isOver) return
    if (!this.#isStarted) this.#start({})
    this.#closeAll()
    this.#isOver = true
    const said = { hasCalls: this.#calls.hasCalls, hasRefused: this.#hasRefused }
    const ending = endingOf(this.#ended ?? {}, said, this.#context.request)
    this.#write({
      type: 'message_delta',
      delta: { ...ending, container: null },
      usage: toMessageUsage(this.#usage),
    })
    this.#write({ type: 'message_stop' })
  }

  #write(event: { readonly type: string; readonly [name: string]: unknown }): void {
    this.#out += eventText(event)
  }

  #flush(): Uint8Array | undefined {
    if (this.#out === '') return undefined
    const bytes = encoder.encode(this.#out)
    this.#out = ''
    return bytes
  }
}

function eventText(event: { readonly type: string }): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}
