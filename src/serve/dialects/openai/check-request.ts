import { Failure } from '../../../foundation/platform/index.ts'
import type { Operation } from '../../providers/index.ts'
import { missing, wrongType } from './parameter-failures.ts'

export interface CheckedRequest {
  readonly model: string
  readonly isStream: boolean
}

/**
 * Checks what the gateway itself relies on; the rest is for the upstream to judge, which knows its model's
 * limits. Throws `invalid_request` that names the parameter as an OpenAI client expects it.
 */
export function checkRequest(body: Readonly<Record<string, unknown>>, operation: Operation): CheckedRequest {
  const { model, stream } = body
  if (model === undefined || model === null || model === '')
    throw missing('model', 'you must provide a model parameter')
  if (typeof model !== 'string') throw wrongType('model', 'a string', model)
  if (stream !== undefined && stream !== null && typeof stream !== 'boolean')
    throw wrongType('stream', 'a boolean', stream)
  if (operation === 'embedding' && stream === true) {
    throw new Failure('unsupported_parameter', 'Embeddings cannot be streamed.', {
      details: { parameter: 'stream' },
    })
  }
  checkInput(body, operation)
  return { model, isStream: stream === true }
}

function checkInput(body: Readonly<Record<string, unknown>>, operation: Operation): void {
  if (operation === 'chat') return checkMessages(body['messages'])
  const name = operation === 'completion' ? 'prompt' : 'input'
  const value = body[name]
  if (value === undefined || value === null) throw missing(name)
  if (typeof value !== 'string' && !Array.isArray(value)) throw wrongType(name, 'a string or an array', value)
  if (value.length === 0 && operation === 'embedding') {
    throw new Failure('invalid_request', "'input' cannot be empty.", { details: { parameter: 'input' } })
  }
}

function checkMessages(messages: unknown): void {
  if (messages === undefined || messages === null) throw missing('messages')
  if (!Array.isArray(messages)) throw wrongType('messages', 'an array of objects', messages)
  if (messages.length === 0) {
    const message =
      "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead."
    throw new Failure('invalid_request', message, {
      details: { parameter: 'messages', openAiCode: 'empty_array' },
    })
  }
  for (const [index, message] of messages.entries()) {
    const where = `messages[${index}]`
    if (message === null || typeof message !== 'object') throw wrongType(where, 'an object', message)
    const { role } = message as { role?: unknown }
    if (role === undefined) throw missing(`${where}.role`)
    if (typeof role !== 'string') throw wrongType(`${where}.role`, 'a string', role)
  }
}
