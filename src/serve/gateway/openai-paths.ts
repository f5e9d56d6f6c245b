import { mediaPaths } from './media-paths.ts'
import { operation, type Json } from './path-parts.ts'
import { responsePaths } from './response-paths.ts'

/**
 * The paths under `/v1`, for the OpenAPI description. They are OpenAI's own, so only what Slipway itself reads is
 * spelled out; every other field travels on to the model.
 */
export function openAiPaths(): Record<string, Json> {
  return {
    '/v1/chat/completions': post(
      'createChatCompletion',
      'Answers a conversation; streams where `stream` is true.',
      'messages',
      {
        type: 'array',
        minItems: 1,
        items: { type: 'object', required: ['role'], properties: { role: { type: 'string' } } },
      },
    ),
    '/v1/completions': post(
      'createCompletion',
      'Continues a prompt; streams where `stream` is true.',
      'prompt',
      {
        anyOf: [{ type: 'string' }, { type: 'array' }],
      },
    ),
    '/v1/embeddings': post('createEmbedding', 'Turns text into vectors.', 'input', {
      anyOf: [{ type: 'string' }, { type: 'array' }],
    }),
    ...responsePaths(),
    ...mediaPaths(),
    '/v1/models': { get: operation('listModels', 'The services that this key may call.') },
    '/v1/models/{id}': {
      get: {
        ...operation('readModel', 'One service.'),
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
      },
    },
  }
}

function post(operationId: string, summary: string, input: string, schema: Json): Json {
  const properties = {
    model: { type: 'string', description: 'The name of a service.' },
    [input]: schema,
    stream: { type: 'boolean', description: 'Server-sent events instead of one answer.' },
  }
  const body = { type: 'object', required: ['model', input], properties, additionalProperties: true }
  return {
    post: {
      ...operation(operationId, summary),
      requestBody: { required: true, content: { 'application/json': { schema: body } } },
    },
  }
}
