import { asList, asObject, asText } from '../../providers/index.ts'
import type { Body } from '../client-dialect.ts'
import type { AnswerBuilder, OpenCall } from './answer-builder.ts'

interface KnownCall {
  readonly index: unknown
  readonly id: string | undefined
  readonly call: OpenCall
}

/**
 * Which call of the answer a piece belongs to. Usually its index says so; some servers leave it out or give all calls the
 * same, and then another id is another call.
 */
export class CallTable {
  readonly #calls: KnownCall[] = []

  addTo(builder: AnswerBuilder, given: unknown): void {
    const piece = asObject(given)
    const called = asObject(piece?.['function'])
    if (!piece || !called) return
    const id = asText(piece['id'])
    const { index } = piece
    let call = this.#find(index, id)?.call
    if (!call) {
      call = builder.openCall(id, asText(called['name']) ?? '')
      this.#calls.push({ index, id, call })
    }
    const { arguments: input } = called
    // a few servers send the arguments as an object
    const text = asObject(input) ? JSON.stringify(input) : asText(input)
    if (text !== undefined) builder.addArguments(call, text)
  }

  #find(index: unknown, id: string | undefined): KnownCall | undefined {
    if (id === undefined) return this.#calls.findLast(known => index === undefined || known.index === index)
    return this.#calls.findLast(
      known => known.id === id || (known.id === undefined && index !== undefined && known.index === index),
    )
  }
}

/** Adds the delta of a chunk, or a whole message, to the answer; `logprobs` are those of its text. */
export function readMessage(
  message: Body,
  logprobs: unknown,
  builder: AnswerBuilder,
  calls: CallTable,
): void {
  const reasoning =
    asText(message['reasoning_content']) ?? asText(message['reasoning']) ?? thoughtIn(message['content'])
  if (reasoning !== undefined) builder.addReasoning(reasoning)
  builder.addBlocks(asList(message['thinking_blocks']) ?? [])
  const text = textOf(message['content'])
  if (text !== '') builder.addText(text, asList(asObject(logprobs)?.['content']) ?? [])
  for (const annotation of asList(message['annotations']) ?? []) {
    const known = asObject(annotation)
    if (known) builder.addAnnotation(known)
  }
  const refusal = asText(message['refusal'])
  if (refusal !== undefined) builder.addRefusal(refusal)
  for (const call of asList(message['tool_calls']) ?? []) calls.addTo(builder, call)
}

/** Whether a delta says anything: the first chunk often only names the role. */
export function hasContent(delta: Body): boolean {
  const texts = ['content', 'refusal', 'reasoning_content', 'reasoning']
  const lists = ['tool_calls', 'thinking_blocks', 'annotations']
  return (
    texts.some(name => asText(delta[name]) !== undefined) ||
    [...lists, 'content'].some(name => (asList(delta[name])?.length ?? 0) > 0)
  )
}

/** Mistral thinks in parts of the content, each with texts of its own. */
function thoughtIn(content: unknown): string | undefined {
  const parts = (asList(content) ?? []).map(asObject).filter(part => part?.['type'] === 'thinking')
  return asText(parts.map(part => textOf(part?.['thinking'])).join(''))
}

/** Some servers answer in parts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  return (asList(content) ?? []).map(part => asText(asObject(part)?.['text']) ?? '').join('')
}
