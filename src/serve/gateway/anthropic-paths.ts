type Json = Record<string, unknown>

const messages = {
  type: 'array',
  minItems: 1,
  items: { type: 'object', required: ['role', 'content'], properties: { role: { type: 'string' } } },
}
const model = { type: 'string', description: 'The name of a service.' }

/** Anthropic's paths under `/v1`, for the OpenAPI description; as with OpenAI's, only what we read is spelled out. */
export function anthropicPaths(): Record<string, Json> {
  return {
    '/v1/messages': post('createMessage', 'Answers a conversation; streams where `stream` is true.', {
      required: ['model', 'max_tokens', 'messages'],
      properties: {
        model,
        max_tokens: { type: 'integer', minimum: 1 },
        messages,
        stream: { type: 'boolean', description: 'Server-sent events instead of one answer.' },
      },
    }),
    '/v1/messages/count_tokens': post(
      'countMessageTokens',
      'How many tokens a conversation has. `is_estimate` is there where the upstream cannot count.',
      { required: ['model', 'messages'], properties: { model, messages } },
    ),
  }
}

function post(operationId: string, summary: string, schema: Json): Json {
  const failure = { description: "A failure in the shape of Anthropic's API." }
  const body = { type: 'object', ...schema, additionalProperties: true }
  const statuses = [400, 401, 404, 429, 502, 529]
  return {
    post: {
      operationId,
      summary,
      tags: ['Anthropic'],
      'x-permission': 'service:invoke',
      requestBody: { required: true, content: { 'application/json': { schema: body } } },
      responses: {
        200: { description: "As Anthropic's API answers. `slipway-inference-id` leads to the trace." },
        ...Object.fromEntries(statuses.map(status => [status, failure])),
      },
    },
  }
}
