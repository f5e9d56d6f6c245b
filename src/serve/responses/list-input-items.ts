import { toItemId, type Body } from '../dialects/index.ts'
import type { StoredResponse } from './stored-response.ts'

/**
 * The conversation that a response answered, as the API lists it: every item with an id and a state, every content as
 * parts. The items are kept as they came, since a model gets them again.
 */
export function listInputItems(stored: StoredResponse): Body[] {
  return stored.input.map((item, index) => {
    const type = item['type'] ?? 'message'
    if (type === 'message') {
      const id = item['id'] ?? toItemId('msg', stored.id, `in${index}`)
      return { status: 'completed', ...item, type, id, content: toParts(item) }
    }
    if (type === 'function_call') {
      return { status: 'completed', ...item, id: item['id'] ?? toItemId('fc', stored.id, `in${index}`) }
    }
    if (type === 'function_call_output') {
      return { status: 'completed', ...item, id: item['id'] ?? toItemId('fco', stored.id, `in${index}`) }
    }
    return { ...item, id: item['id'] ?? toItemId('rs', stored.id, `in${index}`) }
  })
}

function toParts({ role, content }: Body): unknown {
  if (typeof content === 'string') {
    return role === 'assistant'
      ? [{ type: 'output_text', text: content, annotations: [], logprobs: [] }]
      : [{ type: 'input_text', text: content }]
  }
  if (!Array.isArray(content)) return []
  return (content as Body[]).map(part => {
    if (part['type'] === 'input_image') return { detail: 'auto', ...part }
    return part['type'] === 'output_text' ? { annotations: [], logprobs: [], ...part } : part
  })
}

export interface Page {
  readonly after: string | undefined
  readonly limit: number
  readonly order: 'asc' | 'desc'
}

/** One page of a list, newest first where `order` is `desc`; after an id that is not in it comes nothing. */
export function pageOf(items: readonly Body[], { after, limit, order }: Page): Body {
  const ordered = order === 'asc' ? items : items.toReversed()
  const at = after === undefined ? -1 : ordered.findIndex(item => item['id'] === after)
  const rest = after !== undefined && at < 0 ? [] : ordered.slice(at + 1)
  const data = rest.slice(0, limit)
  return {
    object: 'list',
    data,
    first_id: data[0]?.['id'] ?? '',
    last_id: data.at(-1)?.['id'] ?? '',
    has_more: rest.length > limit,
  }
}
