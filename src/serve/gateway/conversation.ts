import { hash } from 'node:crypto'
import type { Body } from '../dialects/index.ts'
import type { Operation } from '../providers/index.ts'

/** What a request belongs to: the turns of one exchange between a user and an application. Unique within its tenant. */
export interface Conversation {
  /** At most 128 characters. What the client named, or a hash that begins with `~`; never text of a message. */
  readonly id: string
  /** Who says so. Only `first message` is a guess of ours: two users may begin with the same words. */
  readonly source: 'header' | 'metadata' | 'response' | 'first message'
}

export const conversationHeader = 'slipway-conversation-id'

/** In which a user says something and is answered; the others may still be told what they belong to. */
const conversing: ReadonlySet<Operation> = new Set(['chat', 'messages', 'responses', 'completion'])
/** A client's name for it is kept where it can hold no more than a name. */
const plainId = /^[\w.:-]{1,128}$/
/** Where agents built on Anthropic's SDK put the session: at the end of `metadata.user_id`. */
export const sessionOfUser = /_session_([\w-]{8,64})$/
/** Of a long first message its beginning, its end and its length are enough to tell it from another. */
const hashedUnits = 4_096

/**
 * The conversation of a request: the one that a header or the metadata names, the one of the response that it goes on
 * from, else the one that the same key began with the same words. `undefined` where nothing says. Memory only, about a
 * microsecond.
 */
export function conversationOf(request: {
  readonly operation: Operation
  readonly headers: Headers
  /** With the whole history in it, in any dialect. */
  readonly body: Body
  readonly tenant: string
  readonly keyId: string
  readonly service: string
  /** Of the response that `previous_response_id` names. */
  readonly previous?: string | undefined
}): Conversation | undefined {
  const { operation, headers, body, tenant, keyId, service, previous } = request
  const named = headers.get(conversationHeader)
  if (named !== null && named !== '') return { id: kept(named), source: 'header' }
  const told = fromMetadata(body['metadata'])
  if (told !== undefined) return { id: kept(told), source: 'metadata' }
  if (previous !== undefined) return { id: previous, source: 'response' }
  if (!conversing.has(operation)) return undefined
  const first = firstUserText(body)
  if (first === undefined || first === '') return undefined
  const { user } = body
  const who = typeof user === 'string' ? user : ''
  return { id: hashOf([tenant, keyId, service, who, sampled(first)].join('\0')), source: 'first message' }
}

function fromMetadata(metadata: unknown): string | undefined {
  if (typeof metadata !== 'object' || metadata === null) return undefined
  const { conversation_id, session_id, user_id } = metadata as Body
  for (const given of [conversation_id, session_id]) {
    if (typeof given === 'string' && given !== '') return given
  }
  return typeof user_id === 'string' ? sessionOfUser.exec(user_id)?.[1] : undefined
}

/** What the user said first: of a chat, of items, or the prompt. */
function firstUserText(body: Body): string | undefined {
  const { messages, input, prompt } = body
  if (Array.isArray(messages)) return textOfFirstUser(messages)
  if (typeof input === 'string') return input
  if (Array.isArray(input)) return textOfFirstUser(input)
  return typeof prompt === 'string' ? prompt : undefined
}

function textOfFirstUser(items: readonly unknown[]): string | undefined {
  for (const item of items) {
    if (typeof item !== 'object' || item === null || (item as Body)['role'] !== 'user') continue
    return textOf((item as Body)['content'])
  }
  return undefined
}

function textOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return undefined
  const texts = content.map((part: unknown) => {
    const text = typeof part === 'object' && part !== null ? (part as Body)['text'] : undefined
    return typeof text === 'string' ? text : ''
  })
  return texts.join('\n').trim()
}

function sampled(text: string): string {
  const half = hashedUnits / 2
  return text.length <= hashedUnits ? text : `${text.slice(0, half)}\0${text.slice(-half)}\0${text.length}`
}

/** A name that may be more than a name (an e-mail address, a sentence) is known by its hash alone. */
function kept(named: string): string {
  return plainId.test(named) ? named : hashOf(named)
}

/** No name of a client's can begin like this. */
function hashOf(text: string): string {
  return `~${hash('sha256', text, 'base64url').slice(0, 22)}`
}
