import { createHmac, randomBytes } from 'node:crypto'
import { canonicalJson } from '../../foundation/platform/index.ts'

type Body = Readonly<Record<string, unknown>>

/** What says nothing about the answer: how it is sent, who asked, what is kept of it. */
const aside = new Set([
  'model',
  'stream',
  'stream_options',
  'user',
  'safety_identifier',
  'prompt_cache_key',
  'metadata',
  'store',
  'service_tier',
])

/** What an answer belongs to: nobody outside of it ever gets it. */
export interface CacheScope {
  readonly tenant: string
  readonly service: string
  /** Everything of the release that decides the answer. */
  readonly release: string
  readonly operation: string
}

/** A prompt never becomes a key: without this secret, which dies with the process, no key can be tried out. */
const secret = randomBytes(32)

/** The key under which a request finds the answer of one that is the same to the letter. */
export function exactKey(scope: CacheScope, body: Body): string {
  return digest(scope, significant(body))
}

export interface Question {
  /** The last thing that the user said, which is compared by meaning. */
  readonly text: string
  /** The key of everything else, which has to be the same to the letter. */
  readonly context: string
}

/**
 * The request as a question in a context; `undefined` where its end is no plain text of the user's (a picture, the
 * result of a tool), which is not compared by meaning.
 */
export function questionOf(scope: CacheScope, body: Body): Question | undefined {
  const name = Array.isArray(body['messages']) ? 'messages' : 'input'
  const given = body[name]
  if (typeof given === 'string') {
    return { text: given, context: digest(scope, significant({ ...body, [name]: null })) }
  }
  if (!Array.isArray(given)) return undefined
  const last = given.at(-1) as { role?: unknown; content?: unknown } | null | undefined
  const text = last?.role === 'user' ? plainText(last.content) : undefined
  if (text === undefined || text.trim() === '') return undefined
  return { text, context: digest(scope, significant({ ...body, [name]: given.slice(0, -1) })) }
}

function plainText(content: unknown): string | undefined {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return undefined
  const parts = content as readonly { type?: unknown; text?: unknown }[]
  const isPlain = parts.every(
    part => (part?.type === 'text' || part?.type === 'input_text') && typeof part.text === 'string',
  )
  return isPlain ? parts.map(({ text }) => text as string).join('\n') : undefined
}

function significant(body: Body): Body {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !aside.has(name)))
}

function digest(scope: CacheScope, body: Body): string {
  return createHmac('sha256', secret)
    .update(canonicalJson([scope.tenant, scope.service, scope.release, scope.operation, body]))
    .digest('base64')
}
