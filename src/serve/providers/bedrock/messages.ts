import { asWords } from '../../../foundation/platform/index.ts'
import { asList, asObject, asText, type JsonObject } from '../loose-json.ts'
import { readToolInput } from '../tool-input.ts'
import { cachePoint, toBlocks, type Block } from './content.ts'
import { isMarked } from '../foreign-thinking.ts'
import { invalid, refuseOthers, unsupported } from './refuse.ts'

interface Turn {
  readonly role: 'user' | 'assistant'
  readonly content: Block[]
}

export interface Conversation {
  readonly system: Block[]
  readonly messages: Turn[]
}

const inputFields = new Set(['role', 'content'])
const toolFields = new Set(['role', 'content', 'tool_call_id', 'cache_control'])
const assistantFields = new Set([
  'role',
  'content',
  'refusal',
  'tool_calls',
  // what our own answers carry beside OpenAI's fields; the text repeats the blocks, which alone are signed
  'reasoning_content',
  'thinking_blocks',
  // OpenAI's answers carry it, always empty here
  'annotations',
])
// `extra_content` holds what Gemini has signed, which means nothing here
const callFields = new Set(['id', 'type', 'function', 'index', 'extra_content'])

/**
 * OpenAI's messages as Converse's. System and developer messages become the system prompt, wherever they stand; turns
 * of one side that follow one another, results of tools included, become one, since the sides must alternate.
 */
export function toConversation(given: unknown): Conversation {
  const list = asList(given)
  if (!list) throw invalid('messages', '`messages` must be a list.')
  const conversation: Conversation = { system: [], messages: [] }
  for (const [index, entry] of list.entries()) {
    const path = `messages[${index}]`
    const message = asObject(entry)
    if (!message) throw invalid(path, `\`${path}\` must be an object.`)
    const { role } = message
    if (role === 'system' || role === 'developer') {
      refuseOthers(message, inputFields, path)
      conversation.system.push(...toBlocks(message['content'], `${path}.content`, 'text'))
    } else if (role === 'user') {
      refuseOthers(message, inputFields, path)
      addTurn(conversation, 'user', toBlocks(message['content'], `${path}.content`, 'all'))
    } else if (role === 'tool') addTurn(conversation, 'user', toToolResult(message, path))
    else if (role === 'assistant') addTurn(conversation, 'assistant', toAssistantBlocks(message, path))
    else throw unsupported(`${path}.role`, `It knows no role \`${asWords(role)}\`.`)
  }
  return conversation
}

function addTurn({ messages }: Conversation, role: Turn['role'], content: Block[]): void {
  const last = messages.at(-1)
  if (last?.role === role) last.content.push(...content)
  else messages.push({ role, content })
}

function toAssistantBlocks(message: JsonObject, path: string): Block[] {
  refuseOthers(withoutEmptyLists(message), assistantFields, path)
  const blocks = reasoningBlocks(message['thinking_blocks'], `${path}.thinking_blocks`)
  blocks.push(...toBlocks(message['content'], `${path}.content`, 'text and refusal'))
  const refusal = asText(message['refusal'])
  if (refusal) blocks.push({ text: refusal })
  for (const [index, given] of (asList(message['tool_calls']) ?? []).entries()) {
    blocks.push(toToolUse(asObject(given), `${path}.tool_calls[${index}]`))
  }
  return blocks
}

/** Signed blocks go back exactly as they came; a signature covers the text. */
function reasoningBlocks(given: unknown, path: string): Block[] {
  if (given === undefined || given === null) return []
  const list = asList(given)
  if (!list) throw invalid(path, `\`${path}\` must be the list of an earlier answer.`)
  return list.flatMap((entry, index): Block[] => {
    const block = asObject(entry)
    if (block?.['type'] === 'thinking') {
      const { thinking, signature } = block
      if (isMarked(signature)) return []
      return [{ reasoningContent: { reasoningText: { text: thinking, signature } } }]
    }
    if (block?.['type'] === 'redacted_thinking') {
      return [{ reasoningContent: { redactedContent: block['data'] } }]
    }
    throw invalid(`${path}[${index}]`, `\`${path}[${index}]\` must be a block of an earlier answer.`)
  })
}

function toToolUse(call: JsonObject | undefined, path: string): Block {
  const called = asObject(call?.['function'])
  if (!call || !called || (call['type'] !== undefined && call['type'] !== 'function')) {
    throw unsupported(`${path}.type`, 'Only calls of functions can be sent to it.')
  }
  refuseOthers(call, callFields, path)
  const input = readToolInput(called['arguments'], `${path}.function.arguments`)
  return { toolUse: { toolUseId: call['id'], name: called['name'], input } }
}

function toToolResult(message: JsonObject, path: string): Block[] {
  refuseOthers(message, toolFields, path)
  const content = toBlocks(message['content'], `${path}.content`, 'all')
  return [{ toolResult: { toolUseId: message['tool_call_id'], content } }, ...cachePoint(message)]
}

function withoutEmptyLists(message: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(message).filter(([, value]) => !(Array.isArray(value) && value.length === 0)),
  )
}
