import { asWords } from '../../../foundation/platform/index.ts'
import { asList, asObject, asText, type JsonObject } from '../loose-json.ts'
import { invalid, refuseOthers, unsupported } from './refuse.ts'

const inputFields = new Set(['role', 'content'])
const toolFields = new Set(['role', 'content', 'tool_call_id', 'name', 'cache_control'])
const assistantFields = new Set([
  'role',
  'content',
  'refusal',
  'tool_calls',
  // what our own answers carry beside OpenAI's fields
  'reasoning_content',
  'thinking_blocks',
  'tool_plan',
  'citations',
  'annotations',
])
const callFields = new Set(['id', 'type', 'function', 'index', 'extra_content'])
const textFields = new Set(['type', 'text'])
const imageFields = new Set(['type', 'image_url'])
const imageUrlFields = new Set(['url', 'detail'])
const documentFields = new Set(['type', 'document'])

/** OpenAI's messages as Cohere's, which are nearly the same. https://docs.cohere.com/reference/chat */
export function toMessages(given: unknown): JsonObject[] {
  const list = asList(given)
  if (!list) throw invalid('messages', '`messages` must be a list.')
  return list.map((entry, index) => {
    const path = `messages[${index}]`
    const message = asObject(entry)
    if (!message) throw invalid(path, `\`${path}\` must be an object.`)
    const { role } = message
    if (role === 'system' || role === 'developer') {
      refuseOthers({ ...message, name: null }, inputFields, path)
      return { role: 'system', content: toContent(message['content'], `${path}.content`, 'text') }
    }
    if (role === 'user') {
      refuseOthers(message, inputFields, path)
      return { role, content: toContent(message['content'], `${path}.content`, 'images') }
    }
    if (role === 'tool') {
      refuseOthers({ ...message, cache_control: null }, toolFields, path)
      const content = toContent(message['content'], `${path}.content`, 'documents')
      return { role, tool_call_id: message['tool_call_id'], content }
    }
    if (role === 'assistant') return toAssistant(message, path)
    throw unsupported(`${path}.role`, `It knows no role \`${asWords(role)}\`.`)
  })
}

/** Cohere signs no thinking; that of other makes is left out, as is text that only repeats what was thought. */
function toAssistant(message: JsonObject, path: string): JsonObject {
  refuseOthers(withoutEmptyLists(message), assistantFields, path)
  if ((asList(message['annotations'])?.length ?? 0) > 0) throw unsupported(`${path}.annotations`)
  const calls = (asList(message['tool_calls']) ?? []).map((call, index) =>
    toCall(asObject(call), `${path}.tool_calls[${index}]`),
  )
  const said = toContent(message['content'] ?? message['refusal'], `${path}.content`, 'text')
  const plan = asText(message['tool_plan']) ?? (calls.length > 0 && typeof said === 'string' ? said : '')
  const content = calls.length > 0 && plan === said ? '' : said
  return {
    role: 'assistant',
    ...(content === '' && calls.length > 0 ? {} : { content }),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
    ...(calls.length > 0 && plan !== '' ? { tool_plan: plan } : {}),
  }
}

function toCall(call: JsonObject | undefined, path: string): JsonObject {
  const called = asObject(call?.['function'])
  if (!call || !called || (call['type'] !== undefined && call['type'] !== 'function')) {
    throw unsupported(`${path}.type`, 'Only calls of functions can be sent to it.')
  }
  refuseOthers(call, callFields, path)
  const { name, arguments: given } = called
  return { id: call['id'], type: 'function', function: { name, arguments: given === '' ? '{}' : given } }
}

function toContent(
  given: unknown,
  path: string,
  allowed: 'text' | 'images' | 'documents',
): string | readonly JsonObject[] {
  if (given === null || given === undefined) return ''
  if (typeof given === 'string') return given
  const parts = asList(given)
  if (!parts) throw invalid(path, `\`${path}\` must be a string or a list of parts.`)
  return parts.map((entry, index) => toPart(asObject(entry), `${path}[${index}]`, allowed))
}

function toPart(part: JsonObject | undefined, path: string, allowed: string): JsonObject {
  if (!part) throw invalid(path, `\`${path}\` must be an object with a \`type\`.`)
  const { type } = part
  const fields = { ...part, cache_control: null }
  if (type === 'text') {
    refuseOthers(fields, textFields, path)
    if (typeof part['text'] !== 'string') throw invalid(`${path}.text`, `\`${path}.text\` must be a string.`)
    return { type, text: part['text'] }
  }
  if (type === 'image_url' && allowed === 'images') {
    refuseOthers(fields, imageFields, path)
    const image = asObject(part['image_url'])
    if (typeof image?.['url'] !== 'string') {
      throw invalid(`${path}.image_url.url`, `\`${path}.image_url.url\` must be a URL or a data URL.`)
    }
    refuseOthers(image, imageUrlFields, `${path}.image_url`)
    return { type, image_url: image }
  }
  // Cohere's own, so that answers can cite what a tool has found
  if (type === 'document' && allowed === 'documents') {
    refuseOthers(fields, documentFields, path)
    return { type, document: part['document'] }
  }
  throw unsupported(`${path}.type`, `Parts of type \`${asWords(type)}\` cannot be sent to it in this role.`)
}

function withoutEmptyLists(message: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(message).filter(([, value]) => !(Array.isArray(value) && value.length === 0)),
  )
}
