import { asWords } from '../../../foundation/platform/index.ts'
import { asText, type JsonObject } from '../../providers/index.ts'
import { blocksOf, cacheControl, contentOf, toParts, toText, type Part } from './content.ts'
import { invalid, refuseOthers, unsupported } from './refuse.ts'

type Message = Readonly<Record<string, unknown>>

const messageFields = new Set(['role', 'content'])
const resultFields = new Set(['type', 'tool_use_id', 'content', 'is_error', 'cache_control'])
const useFields = new Set(['type', 'id', 'name', 'input', 'cache_control', 'caller'])

/** `system` and `messages` as the messages of a chat. */
export function toChatMessages(system: unknown, given: readonly unknown[]): Message[] {
  const messages: Message[] = []
  if (system !== undefined && system !== null) {
    const parts = blocksOf(system, 'system').map((block, index) => toText(block, `system.${index}`))
    if (parts.length > 0) messages.push({ role: 'system', content: contentOf(parts) })
  }
  for (const [index, entry] of given.entries()) {
    const message = entry as JsonObject
    const path = `messages.${index}`
    refuseOthers(message, messageFields, path)
    const blocks = blocksOf(message['content'], `${path}.content`)
    const { role } = message
    if (role === 'user') messages.push(...toUserTurn(blocks, `${path}.content`))
    else if (role === 'assistant') messages.push(toAssistantMessage(blocks, `${path}.content`))
    else if (role === 'system') {
      const parts = blocks.map((block, at) => toText(block, `${path}.content.${at}`))
      messages.push({ role: 'system', content: contentOf(parts) })
    } else throw invalid(`${path}.role`, "Input should be 'user', 'assistant' or 'system'")
  }
  if (messages.at(-1)?.['role'] === 'assistant') {
    const path = `messages.${given.length - 1}`
    throw unsupported(path, 'It cannot go on with an answer that was begun: end with a message of the user.')
  }
  return messages
}

/** The results of tools first, each a message of its own as a chat wants them, then what the user says. */
function toUserTurn(blocks: readonly JsonObject[], path: string): Message[] {
  const results: Message[] = []
  const parts: Part[] = []
  for (const [index, block] of blocks.entries()) {
    const at = `${path}.${index}`
    if (block['type'] !== 'tool_result') {
      parts.push(...toParts(block, at))
      continue
    }
    const result = toToolResult(block, at)
    results.push(result.message)
    parts.push(...result.attachments)
  }
  return parts.length > 0 ? [...results, { role: 'user', content: contentOf(parts) }] : results
}

/** A tool can only say text in a chat: its images follow in the turn of the user, each set under the id of its call. */
function toToolResult(block: JsonObject, path: string): { message: Message; attachments: Part[] } {
  refuseOthers(block, resultFields, path)
  const { content, tool_use_id: id } = block
  if (typeof id !== 'string') throw invalid(`${path}.tool_use_id`, 'Field required')
  const inner = content === undefined || content === null ? [] : blocksOf(content, `${path}.content`)
  const parts = inner.flatMap((entry, index) => toParts(entry, `${path}.content.${index}`))
  const texts = parts.filter(part => part['type'] === 'text')
  const others = parts.filter(part => part['type'] !== 'text')
  if (block['is_error'] === true) texts.unshift({ type: 'text', text: 'The tool failed:' })
  if (others.length > 0) {
    texts.push({ type: 'text', text: '(What else the tool gave follows in the next message.)' })
    others.unshift({ type: 'text', text: `Given by the tool call ${id}:` })
  }
  const said = texts.length === 0 ? '' : contentOf(texts)
  return {
    message: { role: 'tool', tool_call_id: id, content: said, ...cacheControl(block) },
    attachments: others,
  }
}

/** Thinking keeps its signature beside its text, for an upstream that checks it. */
function toAssistantMessage(blocks: readonly JsonObject[], path: string): Message {
  const texts: Part[] = []
  const calls: Message[] = []
  const thinking: JsonObject[] = []
  const reasoning: string[] = []
  for (const [index, block] of blocks.entries()) {
    const at = `${path}.${index}`
    switch (block['type']) {
      case 'text':
        texts.push(toText(block, at))
        break
      case 'tool_use':
        calls.push(toCall(block, at))
        break
      case 'thinking':
        if (typeof block['thinking'] === 'string') reasoning.push(block['thinking'])
        if (asText(block['signature'])) thinking.push(block)
        break
      case 'redacted_thinking':
        thinking.push(block)
        break
      default:
        throw unsupported(
          `${at}.type`,
          `Blocks of type \`${asWords(block['type'])}\` have no counterpart there.`,
        )
    }
  }
  return {
    role: 'assistant',
    content: texts.length === 0 ? null : contentOf(texts),
    ...(reasoning.some(text => text !== '') ? { reasoning_content: reasoning.join('') } : {}),
    ...(thinking.length > 0 ? { thinking_blocks: thinking } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  }
}

function toCall(block: JsonObject, path: string): Message {
  refuseOthers(block, useFields, path)
  const { id, name, input } = block
  if (typeof id !== 'string') throw invalid(`${path}.id`, 'Field required')
  if (typeof name !== 'string') throw invalid(`${path}.name`, 'Field required')
  return { id, type: 'function', function: { name, arguments: JSON.stringify(input ?? {}) } }
}
