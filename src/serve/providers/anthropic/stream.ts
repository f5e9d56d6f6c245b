import { asWords } from '../../../foundation/platform/index.ts'
import type { Failure } from '../../../foundation/platform/index.ts'
import { emptyObservation, type DialectOptions } from '../dialect.ts'
import { readError } from '../error-body.ts'
import { EventDrain } from '../event-drain.ts'
import { asObject, asText, parseLoosely, type JsonObject } from '../loose-json.ts'
import { AnswerCollector } from '../openai/collect-answer.ts'
import type { Observation, StreamTranslator, UpstreamCall } from '../upstream.ts'
import { toFinishReason } from './finish-reason.ts'
import { AnthropicUsage } from './usage.ts'

const encoder = new TextEncoder()

/** A block of content while it is streamed. */
interface OpenBlock {
  readonly type: string
  /** The index of the call among the tool calls of the answer. */
  readonly callIndex: number
  readonly input: unknown
  thinking: string
  signature: string
  hasInput: boolean
}

/** Writes the events of an Anthropic stream as the chunks of OpenAI's, one by one as they come. */
export class AnthropicStream implements StreamTranslator {
  readonly observation: Observation = emptyObservation()
  readonly #drain: EventDrain
  readonly #options: DialectOptions
  readonly #call: UpstreamCall
  readonly #isUsageWanted: boolean
  readonly #collector: AnswerCollector | undefined
  readonly #usage = new AnthropicUsage()
  readonly #blocks = new Map<unknown, OpenBlock>()
  /** What is the same in every chunk, as JSON text. */
  #head = ''
  #tail = ''
  #calls = 0

  constructor(call: UpstreamCall, signal: AbortSignal, options: DialectOptions) {
    this.#call = call
    this.#options = options
    this.#drain = new EventDrain(options.failures, signal)
    this.#isUsageWanted = asObject(call.body['stream_options'])?.['include_usage'] === true
    this.#collector = call.isContentWanted ? new AnswerCollector() : undefined
    this.#open({})
  }

  get failure(): Failure | undefined {
    return this.#drain.failure
  }

  push(bytes: Uint8Array): Uint8Array | undefined {
    return this.#drain.translate(bytes, data => this.#translate(data))
  }

  end(): Uint8Array | undefined {
    const tail = this.#drain.pushRest(bytes => this.push(bytes))
    if (this.#drain.isDone) return tail
    if (this.observation.finishReason === undefined) throw this.#drain.truncated()
    const last = encoder.encode(this.#finish())
    return tail ? Buffer.concat([tail, last]) : last
  }

  interrupted(cause: unknown): Failure {
    return this.#drain.interrupted(cause)
  }

  #translate(data: string): string {
    const plain = this.#collector ? undefined : textOfDelta(data)
    if (plain !== undefined) {
      this.observation.firstTokenAt ??= performance.now()
      return `${this.#head}[{"index":0,"delta":{"content":${plain}},"logprobs":null,"finish_reason":null}]${this.#tail}`
    }
    const event = asObject(parseLoosely(data))
    if (!event && data.trim() === '') return ''
    if (!event) throw this.#options.failures.unreadable('an event that is not a JSON object')
    switch (event['type']) {
      case 'content_block_delta':
        return this.#blockDelta(event['index'], asObject(event['delta']))
      case 'content_block_start':
        return this.#blockStart(event['index'], asObject(event['content_block']))
      case 'content_block_stop':
        return this.#blockStop(event['index'])
      case 'message_start':
        return this.#messageStart(asObject(event['message']))
      case 'message_delta':
        return this.#messageDelta(event)
      case 'message_stop':
        return this.#messageStop()
      case 'error':
        throw this.#options.failures.fromError(readError(event))
      default:
        // `ping`, and events that are yet to be invented: Anthropic asks clients to pass over them
        return ''
    }
  }

  #messageStart(message: JsonObject | undefined): string {
    this.#usage.update(message?.['usage'])
    this.observation.usage = this.#usage.buckets
    this.observation.serviceTier = this.#usage.serviceTier
    this.#open(message ?? {})
    return this.#chunk('{"role":"assistant","content":""}', { role: 'assistant', content: '' })
  }

  #blockStart(index: unknown, block: JsonObject | undefined): string {
    if (!block) return ''
    const type = asWords(block['type'])
    this.#blocks.set(index, {
      type,
      callIndex: this.#calls,
      input: block['input'],
      thinking: typeof block['thinking'] === 'string' ? block['thinking'] : '',
      signature: typeof block['signature'] === 'string' ? block['signature'] : '',
      hasInput: false,
    })
    if (type === 'tool_use') {
      const called = { name: block['name'], arguments: '' }
      const call = { index: this.#calls, id: block['id'], type: 'function', function: called }
      this.#calls += 1
      return this.#content({ tool_calls: [call] })
    }
    if (type === 'redacted_thinking') return this.#content({ thinking_blocks: [block] })
    if (type === 'text' && asText(block['text'])) return this.#content({ content: block['text'] })
    if (type === 'thinking' && asText(block['thinking'])) {
      return this.#content({ reasoning_content: block['thinking'] })
    }
    return ''
  }

  #blockDelta(index: unknown, delta: JsonObject | undefined): string {
    if (!delta) return ''
    const block = this.#blocks.get(index)
    switch (delta['type']) {
      case 'text_delta':
        return asText(delta['text']) ? this.#content({ content: delta['text'] }) : ''
      case 'input_json_delta': {
        const piece = asText(delta['partial_json'])
        if (!piece || block?.type !== 'tool_use') return ''
        block.hasInput = true
        return this.#content({ tool_calls: [{ index: block.callIndex, function: { arguments: piece } }] })
      }
      case 'thinking_delta': {
        const piece = asText(delta['thinking'])
        if (!piece) return ''
        if (block) block.thinking += piece
        return this.#content({ reasoning_content: piece })
      }
      case 'signature_delta':
        if (block) block.signature += asText(delta['signature']) ?? ''
        return ''
      default:
        return ''
    }
  }

  #blockStop(index: unknown): string {
    const block = this.#blocks.get(index)
    this.#blocks.delete(index)
    if (block?.type === 'thinking' && block.signature !== '') {
      // the whole block at once, so that clients which append lists can send it back as it is
      const { type, thinking, signature } = block
      return this.#content({ thinking_blocks: [{ type, thinking, signature }] })
    }
    if (block?.type === 'tool_use' && !block.hasInput) {
      const input = JSON.stringify(block.input ?? {})
      return this.#content({ tool_calls: [{ index: block.callIndex, function: { arguments: input } }] })
    }
    return ''
  }

  #messageDelta(event: JsonObject): string {
    this.#usage.update(event['usage'])
    this.observation.usage = this.#usage.buckets
    this.observation.serviceTier = this.#usage.serviceTier
    const delta = asObject(event['delta'])
    const stopReason = asText(delta?.['stop_reason'])
    if (!stopReason) return ''
    const explanation = asText(asObject(delta?.['stop_details'])?.['explanation'])
    const refusal = stopReason === 'refusal' && explanation ? this.#content({ refusal: explanation }) : ''
    const finishReason = toFinishReason(stopReason)
    this.observation.finishReason = finishReason
    return refusal + this.#chunk('{}', undefined, finishReason)
  }

  #messageStop(): string {
    if (this.observation.finishReason === undefined) throw this.#options.failures.truncated()
    return this.#finish()
  }

  #finish(): string {
    this.#drain.isDone = true
    const usage = this.#usage.asOpenAi
    const isSent = this.#isUsageWanted && usage !== undefined
    return `${isSent ? `${this.#head}[],"usage":${JSON.stringify(usage)}}\n\n` : ''}data: [DONE]\n\n`
  }

  /** A chunk with a piece of the answer in it. */
  #content(delta: JsonObject): string {
    this.observation.firstTokenAt ??= performance.now()
    return this.#chunk(JSON.stringify(delta), delta)
  }

  #chunk(deltaText: string, delta: JsonObject | undefined, finishReason?: string): string {
    if (this.#collector && delta) {
      this.#collector.add({ index: 0, delta })
      this.observation.content = this.#collector.content
    }
    const finish = finishReason === undefined ? 'null' : JSON.stringify(finishReason)
    return `${this.#head}[{"index":0,"delta":${deltaText},"logprobs":null,"finish_reason":${finish}}]${this.#tail}`
  }

  #open(message: JsonObject): void {
    const id = asText(message['id'])
    const model = asText(message['model'])
    this.observation.upstreamId = id
    this.observation.upstreamModel = model
    const same = {
      id: id ?? this.#call.requestId,
      object: 'chat.completion.chunk',
      created: Math.floor(Date.now() / 1000),
      model: model ?? this.#call.model,
    }
    this.#head = `data: ${JSON.stringify(same).slice(0, -1)},"choices":`
    // OpenAI says null in every chunk but the last where the usage was asked for
    this.#tail = this.#isUsageWanted ? ',"usage":null}\n\n' : '}\n\n'
  }
}

const deltaHead = '{"type":"content_block_delta","index":'
const textHead = ',"delta":{"type":"text_delta","text":"'

/**
 * The text of the most frequent event, where it stands exactly as Anthropic writes it: a JSON string with its quotes,
 * which can be taken over as it is. `undefined` for everything else, such as a quote in the text.
 */
function textOfDelta(data: string): string | undefined {
  if (!data.startsWith(deltaHead)) return undefined
  const comma = data.indexOf(',', deltaHead.length)
  if (!data.startsWith(textHead, comma)) return undefined
  const start = comma + textHead.length
  const end = data.indexOf('"', start)
  const isPlain = end > start && data[end - 1] !== '\\' && data.length === end + 3 && data.endsWith('}}')
  return isPlain ? data.slice(start - 1, end + 1) : undefined
}
