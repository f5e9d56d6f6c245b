import { asObject } from '../../providers/index.ts'
import type { Body, CheckedRequest } from '../client-dialect.ts'
import { invalid } from './refuse.ts'

/** Checks what the gateway itself relies on, in the words of Anthropic's API; the rest is for the upstream to judge. */
export function checkRequest(body: Body, isAnswerWanted: boolean): CheckedRequest {
  const { model, stream, messages } = body
  if (model === undefined || model === null) throw invalid('model', 'Field required')
  if (typeof model !== 'string' || model === '') throw invalid('model', 'Input should be a valid string')
  if (isAnswerWanted) checkMaxTokens(body['max_tokens'])
  if (stream !== undefined && stream !== null && typeof stream !== 'boolean')
    throw invalid('stream', 'Input should be a valid boolean')
  if (stream === true && !isAnswerWanted) throw invalid('stream', 'A count of tokens is not streamed')
  if (messages === undefined || messages === null) throw invalid('messages', 'Field required')
  if (!Array.isArray(messages)) throw invalid('messages', 'Input should be a valid list')
  if (messages.length === 0) throw invalid('messages', 'at least one message is required')
  for (const [index, message] of messages.entries()) {
    const path = `messages.${index}`
    const role = asObject(message)?.['role']
    if (!asObject(message)) throw invalid(path, 'Input should be an object')
    if (role === undefined) throw invalid(`${path}.role`, 'Field required')
    if (typeof role !== 'string') throw invalid(`${path}.role`, 'Input should be a valid string')
  }
  return { model, isStream: stream === true }
}

function checkMaxTokens(given: unknown): void {
  if (given === undefined || given === null) throw invalid('max_tokens', 'Field required')
  if (!Number.isInteger(given)) throw invalid('max_tokens', 'Input should be a valid integer')
  if ((given as number) < 1) throw invalid('max_tokens', 'Input should be greater than or equal to 1')
}
