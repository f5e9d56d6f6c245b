import type { Failure } from '../../../foundation/platform/index.ts'
import { emptyObservation, type DialectOptions } from '../dialect.ts'
import { asObject, asText, parseLoosely, type JsonObject } from '../loose-json.ts'
import { ChunkWriter } from '../openai/chunk-writer.ts'
import type { Observation, StreamTranslator, UpstreamCall } from '../upstream.ts'
import type { Frame } from './event-stream.ts'
import { isMalformed, toFinishReason } from './finish-reason.ts'
import { FrameDrain } from './frame-drain.ts'
import { invokedModel, signedBlock } from './reply.ts'
import { readUsage, toOpenAiUsage } from './usage.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** A block of content while it is streamed. */
interface OpenBlock {
  /** The index of the call among the tool calls of the answer, where it is one. */
  readonly callIndex: number | undefined
  hasInput: boolean
  thinking: string
  signature: string
  redacted: string
}

/**
 * Writes the frames of ConverseStream as the chunks of OpenAI's, one by one as they come. The usage comes after the end
 * of the message, and only then is the stream done.
 */
export class ConverseStream implements StreamTranslator {
  readonly observation: Observation = emptyObservation()
  readonly #drain: FrameDrain
  readonly #options: DialectOptions
  readonly #writer: ChunkWriter
  readonly #blocks = new Map<unknown, OpenBlock>()
  #calls = 0

  constructor(
    call: UpstreamCall,
    signal: AbortSignal,
    headers: Headers | undefined,
    options: DialectOptions,
  ) {
    this.#options = options
    this.#drain = new FrameDrain(options.failures, signal)
    this.observation.upstreamId = headers?.get('x-amzn-requestid') ?? undefined
    this.#writer = new ChunkWriter(call, this.observation)
  }

  get failure(): Failure | undefined {
    return this.#drain.failure
  }

  push(bytes: Uint8Array): Uint8Array | undefined {
    const out = this.#drain.translate(bytes, frame => this.#translate(frame))
    return out === '' ? undefined : encoder.encode(out)
  }

  end(): Uint8Array | undefined {
    this.#drain.end()
    if (this.#drain.isDone) return undefined
    if (this.observation.finishReason === undefined) throw this.#drain.truncated()
    return encoder.encode(this.#finish())
  }

  interrupted(cause: unknown): Failure {
    return this.#drain.interrupted(cause)
  }

  #translate({ headers, payload }: Frame): string {
    const event = asObject(parseLoosely(decoder.decode(payload)))
    if (!event) throw this.#options.failures.unreadable('an event that is not a JSON object')
    switch (headers.get(':event-type') ?? '') {
      case 'contentBlockDelta':
        return this.#blockDelta(event['contentBlockIndex'], asObject(event['delta']))
      case 'contentBlockStart':
        return this.#blockStart(event['contentBlockIndex'], asObject(event['start']))
      case 'contentBlockStop':
        return this.#blockStop(event['contentBlockIndex'])
      case 'messageStart':
        return this.#writer.start()
      case 'messageStop':
        return this.#messageStop(asText(event['stopReason']))
      case 'metadata':
        return this.#metadata(event)
      default:
        // events that are yet to be invented
        return ''
    }
  }

  #blockStart(index: unknown, start: JsonObject | undefined): string {
    const use = asObject(start?.['toolUse'])
    if (!use) return ''
    const callIndex = this.#calls
    this.#calls += 1
    this.#blocks.set(index, { ...emptyBlock(), callIndex })
    const called = { name: use['name'], arguments: '' }
    return this.#writer.piece({
      tool_calls: [{ index: callIndex, id: use['toolUseId'], type: 'function', function: called }],
    })
  }

  /** Only blocks of tools are announced; the others begin with their first delta. */
  #blockDelta(index: unknown, delta: JsonObject | undefined): string {
    if (!delta) return ''
    if (typeof delta['text'] === 'string') {
      return delta['text'] === '' ? '' : this.#writer.piece({ content: delta['text'] })
    }
    let block = this.#blocks.get(index)
    if (!block) this.#blocks.set(index, (block = emptyBlock()))
    const input = asText(asObject(delta['toolUse'])?.['input'])
    if (input && block.callIndex !== undefined) {
      block.hasInput = true
      return this.#writer.piece({ tool_calls: [{ index: block.callIndex, function: { arguments: input } }] })
    }
    const reasoning = asObject(delta['reasoningContent'])
    block.signature += asText(reasoning?.['signature']) ?? ''
    block.redacted += asText(reasoning?.['redactedContent']) ?? ''
    const text = asText(reasoning?.['text'])
    if (!text) return ''
    block.thinking += text
    return this.#writer.piece({ reasoning_content: text })
  }

  #blockStop(index: unknown): string {
    const block = this.#blocks.get(index)
    this.#blocks.delete(index)
    if (!block) return ''
    if (block.callIndex !== undefined) {
      if (block.hasInput) return ''
      return this.#writer.piece({ tool_calls: [{ index: block.callIndex, function: { arguments: '{}' } }] })
    }
    // the whole block at once, so that clients which append lists can send it back as it is
    const signed = signedBlock(block.thinking, block.signature, block.redacted)
    return signed ? this.#writer.piece({ thinking_blocks: [signed] }) : ''
  }

  #messageStop(stopReason: string | undefined): string {
    if (stopReason === undefined) throw this.#options.failures.unreadable('an end without a stop reason')
    if (isMalformed(stopReason)) {
      throw this.#options.failures.unreadable(`an answer with the stop reason ${stopReason}`)
    }
    return this.#writer.finish(toFinishReason(stopReason))
  }

  #metadata(event: JsonObject): string {
    this.observation.usage = readUsage(event['usage']) ?? this.observation.usage
    this.observation.upstreamModel = invokedModel(event['trace'])
    return this.observation.finishReason === undefined ? '' : this.#finish()
  }

  #finish(): string {
    this.#drain.isDone = true
    const { usage } = this.observation
    return this.#writer.end(usage && toOpenAiUsage(usage))
  }
}

function emptyBlock(): OpenBlock {
  return { callIndex: undefined, hasInput: false, thinking: '', signature: '', redacted: '' }
}
