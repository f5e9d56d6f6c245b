import { asWords } from '../../../foundation/platform/index.ts'
import { asList, asObject, asText, type JsonObject } from '../loose-json.ts'
import { readToolInput } from '../tool-input.ts'
import { toParts, type Part } from './content.ts'
import { isMintedId } from './call-id.ts'
import { isThirdOrLater } from './generation.ts'
import { invalid, refuseOthers, unsupported } from './refuse.ts'
import { readSignature, skippedSignature } from './signature.ts'

interface Content {
  readonly role: 'user' | 'model'
  readonly parts: Part[]
}

interface Conversation {
  readonly system: Part[]
  readonly contents: Content[]
}

/** A call of the model's that waits for its answer. */
interface OpenCall {
  readonly name: string
  /** Where it stood among the calls of its turn, which is where its answer must stand. */
  readonly position: number
}

const inputFields = new Set(['role', 'content'])
const toolFields = new Set(['role', 'content', 'tool_call_id', 'name', 'cache_control'])
const assistantFields = new Set([
  'role',
  'content',
  'refusal',
  'tool_calls',
  'name',
  // what our own answers carry beside OpenAI's fields; thoughts need not go back, only what is signed
  'reasoning_content',
  'thinking_blocks',
  'images',
  'annotations',
])
const callFields = new Set(['id', 'type', 'function', 'index', 'extra_content'])

export interface ContentsOptions {
  readonly model: string
  /** Whether the API takes the ids of calls that it gave; what it did not give is matched by name and order. */
  readonly takesCallIds: boolean
}

/**
 * OpenAI's messages as Gemini's. System and developer messages become the system instruction, wherever they stand;
 * answers of tools that follow one another become one turn, in the order of their calls.
 */
export function toConversation(given: unknown, options: ContentsOptions): Conversation {
  const list = asList(given)
  if (!list) throw invalid('messages', '`messages` must be a list.')
  const conversation: Conversation = { system: [], contents: [] }
  const calls = new Map<unknown, OpenCall>()
  let answers: { position: number; part: Part }[] = []
  const add = (role: Content['role'], parts: Part[]): void => {
    if (parts.length > 0) conversation.contents.push({ role, parts })
  }
  const flush = (): void => {
    add(
      'user',
      answers.toSorted((left, right) => left.position - right.position).map(({ part }) => part),
    )
    answers = []
  }
  for (const [index, entry] of list.entries()) {
    const path = `messages[${index}]`
    const message = asObject(entry)
    if (!message) throw invalid(path, `\`${path}\` must be an object.`)
    const { role } = message
    if (role === 'tool') {
      answers.push(toAnswer(message, path, calls, options))
      continue
    }
    flush()
    if (role === 'system' || role === 'developer') {
      refuseOthers({ ...message, name: null }, inputFields, path)
      conversation.system.push(...toParts(message['content'], `${path}.content`, 'text'))
    } else if (role === 'user') {
      refuseOthers(message, inputFields, path)
      add('user', toParts(message['content'], `${path}.content`, 'all'))
    } else if (role === 'assistant') add('model', toModelParts(message, path, calls, options))
    else throw unsupported(`${path}.role`, `It knows no role \`${asWords(role)}\`.`)
  }
  flush()
  return conversation
}

function toModelParts(
  message: JsonObject,
  path: string,
  calls: Map<unknown, OpenCall>,
  options: ContentsOptions,
): Part[] {
  refuseOthers(withoutEmptyLists(message), assistantFields, path)
  if ((asList(message['annotations'])?.length ?? 0) > 0) throw unsupported(`${path}.annotations`)
  const signed = signedBlocks(message['thinking_blocks'], `${path}.thinking_blocks`)
  const parts: Part[] = signed
    .filter(({ part }) => part === 'thought')
    .map(({ text, signature }) => ({ text, thought: true, thoughtSignature: signature }))
  parts.push(...toParts(message['content'], `${path}.content`, 'text and refusal'))
  parts.push(...toParts(message['images'], `${path}.images`, 'all'))
  const refusal = asText(message['refusal'])
  if (refusal) parts.push({ text: refusal })
  for (const { part, signature } of signed) {
    if (part === 'text') parts.push({ text: '', thoughtSignature: signature })
  }
  const given = asList(message['tool_calls']) ?? []
  const uses = given.map((entry, index) =>
    toCall(asObject(entry), `${path}.tool_calls[${index}]`, index, calls, options),
  )
  const carried = signed.find(({ part }) => part === 'call')?.signature
  const first = uses[0]
  // only the first of parallel calls is signed, and Gemini 3 refuses it without
  if (first && uses.every(use => use['thoughtSignature'] === undefined)) {
    const signature = carried ?? (isThirdOrLater(options.model) ? skippedSignature : undefined)
    if (signature !== undefined) uses[0] = { ...first, thoughtSignature: signature }
  }
  return [...parts, ...uses]
}

function toCall(
  call: JsonObject | undefined,
  path: string,
  position: number,
  calls: Map<unknown, OpenCall>,
  options: ContentsOptions,
): Part {
  const called = asObject(call?.['function'])
  const name = called?.['name']
  if (!call || typeof name !== 'string' || (call['type'] !== undefined && call['type'] !== 'function')) {
    throw unsupported(`${path}.type`, 'Only calls of functions can be sent to it.')
  }
  refuseOthers(call, callFields, path)
  const { id } = call
  calls.set(id, { name, position })
  const signature = asText(asObject(asObject(call['extra_content'])?.['google'])?.['thought_signature'])
  const args = readToolInput(called?.['arguments'], `${path}.function.arguments`)
  return {
    functionCall: { ...idOf(id, options), name, args },
    ...(signature ? { thoughtSignature: signature } : {}),
  }
}

function toAnswer(
  message: JsonObject,
  path: string,
  calls: ReadonlyMap<unknown, OpenCall>,
  options: ContentsOptions,
): { position: number; part: Part } {
  refuseOthers({ ...message, cache_control: null }, toolFields, path)
  const id = message['tool_call_id']
  const call = calls.get(id)
  if (!call) {
    const parameter = `${path}.tool_call_id`
    throw invalid(parameter, `\`${parameter}\` answers no call of an earlier message.`)
  }
  const content = toParts(message['content'], `${path}.content`, 'all')
  const texts = content.flatMap(part => (typeof part['text'] === 'string' ? [part['text']] : []))
  const others = content.filter(part => part['text'] === undefined)
  const part = {
    functionResponse: {
      ...idOf(id, options),
      name: call.name,
      // as text: what looks like JSON may hold numbers that would not survive being read
      response: { output: texts.join('\n') },
      ...(others.length > 0 ? { parts: others } : {}),
    },
  }
  return { position: call.position, part }
}

function idOf(id: unknown, { takesCallIds }: ContentsOptions): { readonly id?: string } {
  return takesCallIds && typeof id === 'string' && !isMintedId(id) ? { id } : {}
}

interface SignedBlock {
  readonly part: 'thought' | 'text' | 'call'
  readonly text: string
  readonly signature: string
}

/** The blocks that Gemini has signed; those of another make mean nothing to it. */
function signedBlocks(given: unknown, path: string): SignedBlock[] {
  if (given === undefined || given === null) return []
  const list = asList(given)
  if (!list) throw invalid(path, `\`${path}\` must be the list of an earlier answer.`)
  return list.map(asObject).flatMap(block => {
    const known = readSignature(block?.['signature'])
    const text = block?.['thinking']
    return known ? [{ ...known, text: typeof text === 'string' ? text : '' }] : []
  })
}

function withoutEmptyLists(message: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(message).filter(([, value]) => !(Array.isArray(value) && value.length === 0)),
  )
}
