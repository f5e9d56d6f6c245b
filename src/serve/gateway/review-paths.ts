import { operation, type Json } from './path-parts.ts'

const id = { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } }
const wait = {
  name: 'wait',
  in: 'query',
  description: 'Seconds to wait for the decision before answering, at most 300.',
  schema: { type: 'integer', minimum: 0, maximum: 300 },
}
const text = (name: string): Json => ({ name, in: 'query', schema: { type: 'string' } })

/** What was held for people, for those who asked for it. */
export function reviewPaths(): Record<string, Json> {
  return {
    '/v1/reviews': {
      get: {
        ...operation('listOwnReviews', 'What of this key’s requests was held for people, newest first.'),
        parameters: [text('request_id'), text('inference_id')],
      },
    },
    '/v1/reviews/{id}': {
      get: {
        ...operation(
          'readOwnReview',
          'The state of what was held and, when it is decided, the answer in the dialect in which it was asked.',
        ),
        parameters: [id, wait],
      },
    },
    '/v1/reviews/{id}/response': {
      get: {
        ...operation('readHeldResponse', 'The bare answer of what was held; 202 while nobody has decided.'),
        parameters: [id, wait],
      },
    },
  }
}
