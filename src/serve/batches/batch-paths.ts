import { batchEndpoints } from './serve-batches.ts'
import { uploadPurposes } from './file.ts'

type Json = Record<string, unknown>

const text: Json = { type: 'string' }
const id: Json = { name: 'id', in: 'path', required: true, schema: text }

/** Files and batches under `/v1`, for the OpenAPI description; as OpenAI's own. */
export function batchPaths(): Record<string, Json> {
  return {
    '/v1/files': {
      post: {
        ...operation('createFile', 'Stores a file.'),
        requestBody: content('multipart/form-data', {
          required: ['file', 'purpose'],
          properties: {
            file: { type: 'string', format: 'binary' },
            purpose: { enum: uploadPurposes },
            'expires_after[seconds]': { type: 'integer', minimum: 3_600, maximum: 2_592_000 },
          },
        }),
      },
      get: {
        ...operation('listFiles', 'The files of the tenant, newest first.'),
        parameters: [
          query('purpose', text),
          query('after', text),
          query('limit', { type: 'integer', minimum: 1, maximum: 10_000, default: 10_000 }),
          query('order', { enum: ['asc', 'desc'], default: 'desc' }),
        ],
      },
    },
    '/v1/files/{id}': {
      get: { ...operation('readFile', 'What is known of a file.'), parameters: [id] },
      delete: { ...operation('deleteFile', 'Deletes a file with its bytes.'), parameters: [id] },
    },
    '/v1/files/{id}/content': {
      get: {
        ...operation('readFileContent', 'The bytes of a file; of a batch that runs, what it has so far.'),
        parameters: [id],
      },
    },
    '/v1/batches': {
      post: {
        ...operation('createBatch', 'Answers the lines of a file when there is room.'),
        requestBody: content('application/json', {
          required: ['input_file_id', 'endpoint', 'completion_window'],
          properties: {
            input_file_id: text,
            endpoint: { enum: batchEndpoints },
            completion_window: { type: 'string', pattern: '^[1-9]\\d{0,3}[mhd]$', examples: ['24h'] },
            metadata: { type: 'object', maxProperties: 16, additionalProperties: text },
          },
        }),
      },
      get: {
        ...operation('listOwnBatches', 'The batches of the tenant, newest first.'),
        parameters: [
          query('after', text),
          query('limit', { type: 'integer', minimum: 1, maximum: 100, default: 20 }),
        ],
      },
    },
    '/v1/batches/{id}': {
      get: { ...operation('readOwnBatch', 'How far a batch is.'), parameters: [id] },
    },
    '/v1/batches/{id}/cancel': {
      post: {
        ...operation('cancelOwnBatch', 'Ends a batch; what is answered is kept.'),
        parameters: [id],
      },
    },
  }
}

function operation(operationId: string, summary: string): Json {
  const failure = { description: "A failure in the shape of OpenAI's API." }
  return {
    operationId,
    summary,
    tags: ['OpenAI'],
    'x-permission': 'batch:use',
    responses: {
      200: { description: "As OpenAI's API answers." },
      ...Object.fromEntries([400, 401, 403, 404].map(status => [status, failure])),
    },
  }
}

function content(type: string, schema: Json): Json {
  return { required: true, content: { [type]: { schema: { type: 'object', ...schema } } } }
}

function query(name: string, schema: Json): Json {
  return { name, in: 'query', required: false, schema }
}
