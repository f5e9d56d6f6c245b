import { asList, asObject } from '../../providers/index.ts'
import type { Body, CheckedRequest } from '../client-dialect.ts'
import { invalid, isGiven, objectIn, unsupported } from './refuse.ts'

/** Checks what the gateway itself relies on, whichever target answers. */
export function checkRequest(body: Body): CheckedRequest {
  const { model, input, stream } = body
  if (!isGiven(model) || model === '') throw missing('model')
  if (typeof model !== 'string') throw wrongType('model', 'a string')
  if (isGiven(stream) && typeof stream !== 'boolean') throw wrongType('stream', 'a boolean')
  if (isGiven(body['store']) && typeof body['store'] !== 'boolean') throw wrongType('store', 'a boolean')
  const previous = body['previous_response_id']
  if (isGiven(previous) && typeof previous !== 'string') throw wrongType('previous_response_id', 'a string')
  if (!isGiven(input) && !isGiven(body['prompt'])) throw missing('input')
  if (isGiven(input) && typeof input !== 'string' && !Array.isArray(input)) {
    throw wrongType('input', 'a string or an array of items')
  }
  for (const [index, item] of (asList(input) ?? []).entries()) {
    if (!asObject(item)) throw wrongType(`input[${index}]`, 'an object')
  }
  if (isGiven(body['instructions']) && typeof body['instructions'] !== 'string') {
    throw wrongType('instructions', 'a string')
  }
  for (const name of ['metadata', 'reasoning', 'text', 'stream_options']) objectIn(body, name)
  if (body['background'] === true) {
    throw unsupported(
      'background',
      'Responses are answered at once; for work in the background send a batch.',
    )
  }
  if (isGiven(body['conversation'])) {
    throw unsupported('conversation', 'Go on from an earlier response with `previous_response_id`.')
  }
  return { model, isStream: stream === true }
}

function missing(parameter: string): Error {
  return invalid(parameter, `Missing required parameter: '${parameter}'.`, 'missing_required_parameter')
}

function wrongType(parameter: string, expected: string): Error {
  return invalid(parameter, `Invalid type for '${parameter}': expected ${expected}.`, 'invalid_type')
}
