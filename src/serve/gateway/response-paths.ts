import { operation, type Json } from './path-parts.ts'

/** Responses: made by a model, then kept where the service keeps content. */
export function responsePaths(): Record<string, Json> {
  return {
    '/v1/responses': {
      post: {
        ...operation('createResponse', 'Answers a conversation; streams where `stream` is true.'),
        requestBody: { required: true, content: { 'application/json': { schema: request } } },
      },
    },
    '/v1/responses/{id}': {
      get: { ...operation('readResponse', 'A stored response.'), parameters: [id] },
      delete: { ...operation('deleteResponse', 'Deletes a stored response.'), parameters: [id] },
    },
    '/v1/responses/{id}/input_items': {
      get: {
        ...operation('listInputItems', 'The conversation that a stored response answered.'),
        parameters: [
          id,
          query('after', { type: 'string' }, 'The id after which the page begins.'),
          query('limit', { type: 'integer', minimum: 1, maximum: 100, default: 20 }, 'Items on a page.'),
          query('order', { type: 'string', enum: ['asc', 'desc'], default: 'desc' }, 'By time.'),
        ],
      },
    },
    '/v1/responses/{id}/cancel': {
      post: {
        ...operation('cancelResponse', 'Refused: responses are answered at once, none in the background.'),
        parameters: [id],
      },
    },
  }
}

const id: Json = { name: 'id', in: 'path', required: true, schema: { type: 'string' } }

function query(name: string, schema: Json, description: string): Json {
  return { name, in: 'query', required: false, schema, description }
}

const request: Json = {
  type: 'object',
  required: ['model', 'input'],
  properties: {
    model: { type: 'string', description: 'The name of a service.' },
    input: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'object' } }] },
    previous_response_id: { type: 'string', description: 'A stored response to go on from.' },
    store: {
      type: 'boolean',
      description:
        'Whether the response is kept; by default where the service keeps content, and only there.',
    },
    stream: { type: 'boolean', description: 'Server-sent events instead of one answer.' },
  },
  additionalProperties: true,
}
