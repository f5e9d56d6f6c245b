import { asList, asObject, asText } from '../../providers/index.ts'
import type { Body } from '../client-dialect.ts'
import { toItemId } from './identifiers.ts'
import { sealBlocks } from './sealed-reasoning.ts'
import type { Ending } from './response-object.ts'

/** Tells of one step of the answer; `type` is that of the event, without its sequence number. */
export type Emit = (type: string, fields: Body) => void

interface BuilderOptions {
  readonly inferenceId: string
  /** The target that answers; its reasoning goes back only there. */
  readonly target: string
  /** Whether the client asked for summaries: reasoning is then told as such, else as the model's own text. */
  readonly isSummaryWanted: boolean
  readonly emit: Emit
}

type Item = Record<string, unknown> & { readonly id: string }

interface Open<Kind extends Item = Item> {
  readonly item: Kind
  readonly at: number
}

interface OpenMessage extends Open {
  /** The part that is being written. */
  part:
    | {
        readonly kind: 'text' | 'refusal'
        readonly index: number
        readonly logprobs: unknown[]
        text: string
      }
    | undefined
  readonly content: Body[]
}

interface OpenReasoning extends Open {
  text: string
  hasText: boolean
  readonly blocks: unknown[]
}

interface OpenCall extends Open {
  text: string
}

/**
 * Writes the output of a response item by item as a chat brings it, and emits the events of each step. Reasoning and
 * messages end when something else begins; calls stay open to the end, since the pieces of parallel ones may alternate.
 */
export class AnswerBuilder {
  readonly #options: BuilderOptions
  readonly #output: Item[] = []
  #message: OpenMessage | undefined
  #reasoning: OpenReasoning | undefined
  readonly #calls: OpenCall[] = []
  #isSilent = false

  constructor(options: BuilderOptions) {
    this.#options = options
  }

  get output(): readonly Body[] {
    return this.#output
  }

  addText(text: string, logprobs: readonly unknown[] = []): void {
    const { message, part } = this.#openPart('text')
    part.text += text
    const told = logprobs.map(toLogprob)
    part.logprobs.push(...told)
    this.#emit('response.output_text.delta', message, {
      content_index: part.index,
      delta: text,
      logprobs: told,
    })
  }

  addAnnotation(annotation: Body): void {
    const message = this.#message ?? this.#openPart('text').message
    const annotations = asList(message.content.at(-1)?.['annotations']) as unknown[] | undefined
    if (!annotations) return
    const flat = toAnnotation(annotation)
    annotations.push(flat)
    this.#emit('response.output_text.annotation.added', message, {
      content_index: message.content.length - 1,
      annotation_index: annotations.length - 1,
      annotation: flat,
    })
  }

  addRefusal(text: string): void {
    const { message, part } = this.#openPart('refusal')
    part.text += text
    this.#emit('response.refusal.delta', message, { content_index: part.index, delta: text })
  }

  addReasoning(text: string): void {
    const reasoning = this.#openReasoning()
    const { isSummaryWanted } = this.#options
    if (!reasoning.hasText) {
      reasoning.hasText = true
      if (isSummaryWanted) {
        this.#emit('response.reasoning_summary_part.added', reasoning, {
          summary_index: 0,
          part: { type: 'summary_text', text: '' },
        })
      } else {
        this.#emit('response.content_part.added', reasoning, {
          content_index: 0,
          part: { type: 'reasoning_text', text: '' },
        })
      }
    }
    reasoning.text += text
    if (isSummaryWanted) {
      this.#emit('response.reasoning_summary_text.delta', reasoning, { summary_index: 0, delta: text })
    } else this.#emit('response.reasoning_text.delta', reasoning, { content_index: 0, delta: text })
  }

  /** Signed blocks, which go back with the item. */
  addBlocks(blocks: readonly unknown[]): void {
    if (blocks.length > 0) this.#openReasoning().blocks.push(...blocks)
  }

  /** A new call of a function; returns what to add its arguments to. */
  openCall(callId: string | undefined, name: string): OpenCall {
    this.#endReasoning()
    this.#endMessage('completed')
    const at = this.#output.length
    const { inferenceId } = this.#options
    const call = this.#add({
      id: toItemId('fc', inferenceId, at),
      type: 'function_call',
      status: 'in_progress',
      arguments: '',
      call_id: callId ?? toItemId('call', inferenceId, at),
      name,
    })
    const open = { ...call, text: '' }
    this.#calls.push(open)
    return open
  }

  addArguments(call: OpenCall, text: string): void {
    call.text += text
    this.#emit('response.function_call_arguments.delta', call, { delta: text })
  }

  /**
   * What there is of an answer that broke off, without telling that anything is done; calls are left out, since nobody
   * may run one of which a part is missing.
   */
  abandon(): readonly Body[] {
    this.#isSilent = true
    this.#endReasoning()
    this.#endMessage('incomplete')
    return this.#output.filter(item => item['type'] !== 'function_call')
  }

  /** Ends every item. An answer without any gets an empty message. */
  end({ status }: Ending): void {
    if (this.#output.length === 0) this.#openPart('text')
    this.#endReasoning()
    this.#endMessage(status)
    for (const call of this.#calls) this.#endCall(call, status)
  }

  #openPart(kind: 'text' | 'refusal'): { message: OpenMessage; part: NonNullable<OpenMessage['part']> } {
    this.#endReasoning()
    const message = (this.#message ??= this.#openMessage())
    if (message.part && message.part.kind !== kind) this.#endPart(message)
    if (!message.part) {
      message.part = { kind, index: message.content.length, logprobs: [], text: '' }
      const part =
        kind === 'text'
          ? { type: 'output_text', text: '', annotations: [], logprobs: [] }
          : { type: 'refusal', refusal: '' }
      message.content.push(part)
      this.#emit('response.content_part.added', message, { content_index: message.part.index, part })
    }
    return { message, part: message.part }
  }

  #openMessage(): OpenMessage {
    const id = toItemId('msg', this.#options.inferenceId, this.#output.length)
    const content: Body[] = []
    const open = this.#add({ id, type: 'message', status: 'in_progress', role: 'assistant', content })
    return { ...open, part: undefined, content }
  }

  #openReasoning(): OpenReasoning {
    if (this.#reasoning) return this.#reasoning
    this.#endMessage('completed')
    const id = toItemId('rs', this.#options.inferenceId, this.#output.length)
    const open = this.#add({ id, type: 'reasoning', summary: [] })
    this.#reasoning = { ...open, text: '', hasText: false, blocks: [] }
    return this.#reasoning
  }

  #add(item: Item): Open {
    const at = this.#output.length
    this.#output.push(item)
    this.#tell('response.output_item.added', { output_index: at, item })
    return { item, at }
  }

  #endPart(message: OpenMessage): void {
    const { part } = message
    if (!part) return
    message.part = undefined
    const { index, text, logprobs } = part
    const written = message.content[index] as Record<string, unknown>
    if (part.kind === 'text') {
      Object.assign(written, { text, logprobs })
      this.#emit('response.output_text.done', message, { content_index: index, text, logprobs })
    } else {
      written['refusal'] = text
      this.#emit('response.refusal.done', message, { content_index: index, refusal: text })
    }
    this.#emit('response.content_part.done', message, { content_index: index, part: written })
  }

  #endMessage(status: string): void {
    const message = this.#message
    if (!message) return
    this.#endPart(message)
    this.#message = undefined
    message.item['status'] = status
    this.#endItem(message)
  }

  #endReasoning(): void {
    const reasoning = this.#reasoning
    if (!reasoning) return
    this.#reasoning = undefined
    const { item, text, blocks, hasText } = reasoning
    if (hasText && this.#options.isSummaryWanted) {
      const part = { type: 'summary_text', text }
      item['summary'] = [part]
      this.#emit('response.reasoning_summary_text.done', reasoning, { summary_index: 0, text })
      this.#emit('response.reasoning_summary_part.done', reasoning, { summary_index: 0, part })
    } else if (hasText) {
      const part = { type: 'reasoning_text', text }
      item['content'] = [part]
      this.#emit('response.reasoning_text.done', reasoning, { content_index: 0, text })
      this.#emit('response.content_part.done', reasoning, { content_index: 0, part })
    }
    if (blocks.length > 0) item['encrypted_content'] = sealBlocks(this.#options.target, blocks)
    this.#endItem(reasoning)
  }

  #endCall(call: OpenCall, status: string): void {
    Object.assign(call.item, { arguments: call.text, status })
    this.#emit('response.function_call_arguments.done', call, {
      name: call.item['name'],
      arguments: call.text,
    })
    this.#endItem(call)
  }

  #endItem({ at, item }: Open): void {
    this.#tell('response.output_item.done', { output_index: at, item })
  }

  #emit(type: string, { at, item }: Open, fields: Body): void {
    this.#tell(type, { item_id: item.id, output_index: at, ...fields })
  }

  #tell(type: string, fields: Body): void {
    if (!this.#isSilent) this.#options.emit(type, fields)
  }
}

export type { OpenCall }

/** A chat leaves `bytes` null for what is no text; a response has a list. */
function toLogprob(given: unknown): unknown {
  const token = asObject(given)
  const plain = (entry: Body | undefined): Body => ({
    token: entry?.['token'] ?? '',
    logprob: entry?.['logprob'] ?? 0,
    bytes: entry?.['bytes'] ?? [],
  })
  const top = (asList(token?.['top_logprobs']) ?? []).map(entry => plain(asObject(entry)))
  return { ...plain(token), top_logprobs: top }
}

/** A chat puts what a citation says one level deeper. */
function toAnnotation(given: Body): Body {
  const type = asText(given['type']) ?? 'url_citation'
  return { type, ...asObject(given[type]) }
}
