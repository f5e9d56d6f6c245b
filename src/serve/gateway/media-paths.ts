import { operation, type Json } from './path-parts.ts'

const text: Json = { type: 'string' }
const file: Json = { type: 'string', format: 'binary' }
const texts: Json = { anyOf: [text, { type: 'array' }] }

/** Moderation, rerankings, images and sound: what the provider of the service has, in OpenAI's shape. */
export function mediaPaths(): Record<string, Json> {
  return {
    '/v1/moderations': json('createModeration', 'Says whether a text or image is harmful.', { input: texts }),
    '/v1/rerank': json('rerank', "Orders documents by their relevance to a query, in Cohere's shape.", {
      query: text,
      documents: { type: 'array', minItems: 1 },
    }),
    '/v1/classify': json('classify', "Says which class a text is of, in vLLM's shape.", { input: texts }),
    '/v1/images/generations': json(
      'createImage',
      'Makes images of a description; streams where `stream` is true.',
      { prompt: text },
    ),
    '/v1/images/edits': form(
      'editImage',
      'Makes images of others and a description; streams where `stream` is true. JSON is taken too.',
      { image: file, prompt: text },
    ),
    '/v1/images/variations': form('varyImage', 'Makes variations of an image.', { image: file }),
    '/v1/audio/speech': json(
      'createSpeech',
      'Speaks a text: the sound as it is made, or events where `stream_format` is `sse`.',
      { input: text },
    ),
    '/v1/audio/transcriptions': form(
      'createTranscription',
      'Writes down what is said; streams where `stream` is true.',
      { file },
    ),
    '/v1/audio/translations': form('createTranslation', 'Writes down in English what is said.', { file }),
  }
}

function json(operationId: string, summary: string, properties: Json): Json {
  return post(operationId, summary, 'application/json', properties)
}

function form(operationId: string, summary: string, properties: Json): Json {
  return post(operationId, summary, 'multipart/form-data', properties)
}

function post(operationId: string, summary: string, contentType: string, properties: Json): Json {
  const schema = {
    type: 'object',
    required: ['model', ...Object.keys(properties)],
    properties: { model: { type: 'string', description: 'The name of a service.' }, ...properties },
    additionalProperties: true,
  }
  return {
    post: {
      ...operation(operationId, summary),
      requestBody: { required: true, content: { [contentType]: { schema } } },
    },
  }
}
