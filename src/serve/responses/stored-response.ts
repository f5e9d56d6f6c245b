import type { Body } from '../dialects/index.ts'

/** An answer that is kept, with the conversation that it ended. */
export interface StoredResponse {
  /** The inference that made it. */
  readonly id: string
  readonly tenant: string
  readonly service: string
  /** The key of the target that answered. */
  readonly target: string
  readonly upstreamId: string | undefined
  /** What the inference belongs to; `undefined` where nothing said. */
  readonly conversationId: string | undefined
  /** The whole conversation before the answer, as items; what an earlier answer brought included. */
  readonly input: readonly Body[]
  /** The answer as the client got it. */
  readonly response: Body
  readonly createdAt: Date
}

/** What a request brought, as items. */
export function toItems(input: unknown): Body[] {
  if (typeof input === 'string') return [{ type: 'message', role: 'user', content: input }]
  return Array.isArray(input) ? (input as Body[]) : []
}

/** The items of the answer. */
export function outputOf({ response }: StoredResponse): Body[] {
  return toItems(response['output'])
}

/**
 * The conversation up to and with the answer, as the next request takes it along. Reasoning of which there is only a
 * summary and calls that were cut off are left out: no model takes them back.
 */
export function continueFrom(stored: StoredResponse): Body[] {
  return [...stored.input, ...outputOf(stored).filter(isTakenBack)]
}

function isTakenBack(item: Body): boolean {
  if (item['type'] === 'reasoning') {
    return typeof item['encrypted_content'] === 'string' || Array.isArray(item['content'])
  }
  return item['type'] !== 'function_call' || item['status'] !== 'incomplete'
}
