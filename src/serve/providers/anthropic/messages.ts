import { asWords } from '../../../foundation/platform/index.ts'
import { asList, asObject, asText, type JsonObject } from '../loose-json.ts'
import { readToolInput } from '../tool-input.ts'
import { toBlocks, type Block } from './content.ts'
import { isForeignThinking } from '../foreign-thinking.ts'
import { invalid, refuseOthers, unsupported } from './refuse.ts'

interface Turn {
  readonly role: 'user' | 'assistant'
  readonly content: Block[]
}

interface Conversation {
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
 * OpenAI's messages as Anthropic's. System and developer messages become the system prompt, wherever they stand (as
 * in Anthropic's own OpenAI endpoint); answers of tools that follow one another become one user turn, since
 * Anthropic wants the results of parallel calls together.
 */
export function toConversation(given: unknown): Conversation {
  const list = asList(given)
  if (!list) throw invalid('messages', '`messages` must be a list.')
  const conversation: Conversation = { system: [], messages: [] }
  let results: Block[] | undefined
  for (const [index, entry] of list.entries()) {
    const path = `messages[${index}]`
    const message = asObject(entry)
    if (!message) throw invalid(path, `\`${path}\` must be an object.`)
    const { role } = message
    if (role === 'tool') {
      if (!results) conversation.messages.push({ role: 'user', content: (results = []) })
      results.push(toToolResult(message, path))
      continue
    }
    results = undefined
    if (role === 'system' || role === 'developer') {
      refuseOthers(message, inputFields, path)
      conversation.system.push(...toBlocks(message['content'], `${path}.content`, 'text'))
    } else if (role === 'user') {
      refuseOthers(message, inputFields, path)
      const content = toBlocks(message['content'], `${path}.content`, 'all')
      conversation.messages.push({ role: 'user', content })
    } else if (role === 'assistant') {
      conversation.messages.push({ role: 'assistant', content: toAssistantBlocks(message, path) })
    } else throw unsupported(`${path}.role`, `It knows no role \`${asWords(role)}\`.`)
  }
  return conversation
}

function toAssistantBlocks(message: JsonObject, path: string): Block[] {
  refuseOthers(withoutEmptyLists(message), assistantFields, path)
  if ((asList(message['annotations'])?.length ?? 0) > 0) throw unsupported(`${path}.annotations`)
  const blocks: Block[] = thinkingBlocks(message['thinking_blocks'], `${path}.thinking_blocks`)
  blocks.push(...toBlocks(message['content'], `${path}.content`, 'text and refusal'))
  const refusal = asText(message['refusal'])
  if (refusal) blocks.push({ type: 'text', text: refusal })
  for (const [index, given] of (asList(message['tool_calls']) ?? []).entries()) {
    blocks.push(toToolUse(asObject(given), `${path}.tool_calls[${index}]`))
  }
  return blocks
}

/** Signed blocks go back exactly as they came; a signature covers the text. */
function thinkingBlocks(given: unknown, path: string): Block[] {
  if (given === undefined || given === null) return []
  const list = asList(given)
  if (!list) throw invalid(path, `\`${path}\` must be the list of an earlier answer.`)
  return list.flatMap((entry, index): Block[] => {
    const block = asObject(entry)
    if (isForeignThinking(block)) return []
    if (block?.['type'] === 'thinking') {
      return [{ type: 'thinking', thinking: block['thinking'], signature: block['signature'] }]
    }
    if (block?.['type'] === 'redacted_thinking') return [{ type: 'redacted_thinking', data: block['data'] }]
    throw invalid(`${path}[${index}]`, `\`${path}[${index}]\` must be a block of an earlier answer.`)
  })
}

function toToolUse(call: JsonObject | undefined, path: string): Block {
  const called = asObject(call?.['function'])
  if (!call || !called || (call['type'] !== undefined && call['type'] !== 'function')) {
    throw unsupported(`${path}.type`, 'Only calls of functions can be sent to it.')
  }
  refuseOthers(call, callFields, path)
  return {
    type: 'tool_use',
    id: call['id'],
    name: called['name'],
    input: readToolInput(called['arguments'], `${path}.function.arguments`),
  }
}

function toToolResult(message: JsonObject, path: string): Block {
  refuseOthers(message, toolFields, path)
  const { content } = message
  const cache = message['cache_control']
  return {
    type: 'tool_result',
    tool_use_id: message['tool_call_id'],
    content: typeof content === 'string' ? content : toBlocks(content, `${path}.content`, 'all'),
    ...(cache === undefined || cache === null ? {} : { cache_control: cache }),
  }
}

function withoutEmptyLists(message: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(message).filter(([, value]) => !(Array.isArray(value) && value.length === 0)),
  )
}
