import { asWords } from '../../../foundation/platform/index.ts'
import { asList, asObject, asText } from '../../providers/index.ts'
import type { Body } from '../client-dialect.ts'
import { toAssistantParts, toUserContent } from './to-parts.ts'
import { invalid, isGiven, refuseOthers, unsupported } from './refuse.ts'
import { openSealed } from './sealed-reasoning.ts'

/** Ids and states say nothing to a model. */
const messageFields = new Set(['type', 'id', 'status', 'role', 'content'])
const callFields = new Set(['type', 'id', 'status', 'call_id', 'name', 'arguments'])
const outputFields = new Set(['type', 'id', 'status', 'call_id', 'name', 'output'])
const reasoningFields = new Set(['type', 'id', 'status', 'summary', 'content', 'encrypted_content'])

/** `instructions` and `input` as the messages of a chat. */
export function toMessages(body: Body): Body[] {
  const { input, instructions } = body
  const conversation = new Conversation()
  if (isGiven(instructions)) {
    if (typeof instructions !== 'string') throw invalid('instructions', '`instructions` must be a string.')
    conversation.add({ role: 'system', content: instructions })
  }
  if (typeof input === 'string') conversation.add({ role: 'user', content: input })
  for (const [index, item] of (asList(input) ?? []).entries()) {
    readItem(item, `input[${index}]`, conversation)
  }
  return conversation.end()
}

function readItem(given: unknown, path: string, conversation: Conversation): void {
  const item = asObject(given)
  if (!item) throw invalid(path, `\`${path}\` must be an object.`)
  const type = asText(item['type']) ?? (isGiven(item['role']) ? 'message' : '')
  switch (type) {
    case 'message':
      return readMessage(item, path, conversation)
    case 'function_call':
      return readCall(item, path, conversation)
    case 'function_call_output':
      return readOutput(item, path, conversation)
    case 'reasoning':
      return readReasoning(item, path, conversation)
    case 'item_reference':
      throw invalid(`${path}.id`, `Item with id '${asWords(item['id'])}' not found.`)
    default:
      throw unsupported(`${path}.type`, `It knows no items of type \`${type}\`.`)
  }
}

function readMessage(item: Body, path: string, conversation: Conversation): void {
  refuseOthers(item, messageFields, path)
  const { role, content } = item
  if (role === 'assistant') {
    const parts = toAssistantParts(content, `${path}.content`)
    conversation.say(parts)
  } else if (role === 'user') {
    conversation.add({ role, content: toUserContent(content, `${path}.content`) })
  } else if (role === 'system' || role === 'developer') {
    conversation.add({ role, content: toUserContent(content, `${path}.content`) })
  } else throw invalid(`${path}.role`, `\`${path}.role\` must be user, assistant, system or developer.`)
}

function readCall(item: Body, path: string, conversation: Conversation): void {
  refuseOthers(item, callFields, path)
  const id = asText(item['call_id'])
  const name = asText(item['name'])
  const { arguments: input } = item
  if (id === undefined) throw invalid(`${path}.call_id`, `\`${path}.call_id\` must be a string.`)
  if (name === undefined) throw invalid(`${path}.name`, `\`${path}.name\` must be a string.`)
  if (typeof input !== 'string') throw invalid(`${path}.arguments`, `\`${path}.arguments\` must be a string.`)
  conversation.call({ id, type: 'function', function: { name, arguments: input } })
}

function readOutput(item: Body, path: string, conversation: Conversation): void {
  refuseOthers(item, outputFields, path)
  const id = asText(item['call_id'])
  if (id === undefined) throw invalid(`${path}.call_id`, `\`${path}.call_id\` must be a string.`)
  const content = toUserContent(item['output'], `${path}.output`)
  conversation.add({ role: 'tool', tool_call_id: id, content })
}

/**
 * Signed blocks go back to the model that signed them, plain reasoning as text, for those upstreams that take it: open
 * models want to see it again between the calls of a tool.
 */
function readReasoning(item: Body, path: string, conversation: Conversation): void {
  refuseOthers(item, reasoningFields, path)
  const parameter = `${path}.encrypted_content`
  const encrypted = asText(item['encrypted_content'])
  if (encrypted === undefined) return conversation.muse(textOf(item['content']) || textOf(item['summary']))
  const sealed = openSealed(encrypted, parameter)
  if (sealed?.kind === 'blocks') return conversation.think(sealed.blocks)
  const origin = sealed ? `it was written by ${sealed.target}` : 'it was written elsewhere'
  throw unsupported(parameter, `Only the model that wrote it can read it, and ${origin}: leave the item out.`)
}

function textOf(parts: unknown): string {
  return (asList(parts) ?? []).map(part => asText(asObject(part)?.['text']) ?? '').join('\n\n')
}

interface AssistantTurn {
  readonly parts: Body[]
  readonly calls: Body[]
  readonly blocks: unknown[]
  readonly thoughts: string[]
}

/** Gathers what the assistant did between two other messages into one message, as a chat has it. */
class Conversation {
  readonly #messages: Body[] = []
  #turn: AssistantTurn | undefined

  add(message: Body): void {
    this.#endTurn()
    this.#messages.push(message)
  }

  say(parts: readonly Body[]): void {
    this.#open().parts.push(...parts)
  }

  call(call: Body): void {
    this.#open().calls.push(call)
  }

  think(blocks: readonly unknown[]): void {
    this.#open().blocks.push(...blocks)
  }

  muse(text: string): void {
    if (text !== '') this.#open().thoughts.push(text)
  }

  end(): Body[] {
    this.#endTurn()
    return this.#messages
  }

  #open(): AssistantTurn {
    return (this.#turn ??= { parts: [], calls: [], blocks: [], thoughts: [] })
  }

  #endTurn(): void {
    if (!this.#turn) return
    const { parts, calls, blocks, thoughts } = this.#turn
    this.#turn = undefined
    const [first] = parts
    const isPlain = parts.length === 1 && first?.['type'] === 'text'
    const content = isPlain ? first['text'] : parts.length > 0 ? parts : calls.length > 0 ? null : ''
    this.#messages.push({
      role: 'assistant',
      content,
      ...(thoughts.length > 0 ? { reasoning_content: thoughts.join('\n\n') } : {}),
      ...(blocks.length > 0 ? { thinking_blocks: blocks } : {}),
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    })
  }
}
