import { asList, asObject, type JsonObject } from '../loose-json.ts'

/** What a conversation may carry for the upstreams that read it, and strict ones refuse. */
export type Foreign = 'cache_control' | 'reasoning_content' | 'thinking_blocks'

const all: readonly Foreign[] = ['cache_control', 'reasoning_content', 'thinking_blocks']

/**
 * A chat that we wrote from another dialect, without what this server does not read. Neither changes an answer here: a mark where to cache, since it caches by itself, and the thinking of
 * earlier turns, which it never takes back. Returns the same object where there is none.
 */
export function leaveOutForeign(body: JsonObject, understood: readonly Foreign[] | undefined): JsonObject {
  const names = new Set<string>(all.filter(name => !understood?.includes(name)))
  const messages = eachWithout(body['messages'], names)
  const tools = eachWithout(body['tools'], names)
  if (messages === body['messages'] && tools === body['tools']) return body
  return { ...body, messages, ...(tools === undefined ? {} : { tools }) }
}

function eachWithout(given: unknown, names: ReadonlySet<string>): unknown {
  const list = asList(given)
  if (!list) return given
  let isChanged = false
  const kept = list.map(entry => {
    const fields = asObject(entry)
    const clean = fields && without(fields, names)
    isChanged ||= clean !== fields
    return clean ?? entry
  })
  return isChanged ? kept : given
}

function without(fields: JsonObject, names: ReadonlySet<string>): JsonObject {
  const content = eachWithout(fields['content'], names)
  const isClean = content === fields['content'] && !Object.keys(fields).some(name => names.has(name))
  if (isClean) return fields
  const kept = Object.entries(fields).filter(([name]) => !names.has(name))
  return { ...Object.fromEntries(kept), ...('content' in fields ? { content } : {}) }
}
