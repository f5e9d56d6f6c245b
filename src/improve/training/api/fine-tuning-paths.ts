import { z } from 'zod'
import { createJobSchema } from './job-request.ts'

type Json = Record<string, unknown>

const id: Json = { name: 'id', in: 'path', required: true, schema: { type: 'string' } }
const page: Json[] = [
  { name: 'after', in: 'query', required: false, schema: { type: 'string' } },
  { name: 'limit', in: 'query', required: false, schema: { type: 'integer', minimum: 1, maximum: 100 } },
]

/** Fine-tuning under `/v1`, for the OpenAPI description; as OpenAI's own. */
export function fineTuningPaths(): Record<string, Json> {
  const body = z.toJSONSchema(createJobSchema, { io: 'input', unrepresentable: 'any' })
  const { $schema: _, ...schema } = body
  const read = (operationId: string, summary: string): Json =>
    operation(operationId, summary, 'training:read')
  const run = (operationId: string, summary: string): Json => operation(operationId, summary, 'training:run')
  return {
    '/v1/fine_tuning/jobs': {
      post: {
        ...run('createFineTuningJob', 'Makes a training job.'),
        requestBody: { required: true, content: { 'application/json': { schema } } },
      },
      get: {
        ...read('listFineTuningJobs', 'The training jobs of the tenant, newest first.'),
        parameters: page,
      },
    },
    '/v1/fine_tuning/jobs/{id}': {
      get: { ...read('readFineTuningJob', 'How far a job is.'), parameters: [id] },
    },
    '/v1/fine_tuning/jobs/{id}/cancel': {
      post: { ...run('cancelFineTuningJob', 'Cancels a job.'), parameters: [id] },
    },
    '/v1/fine_tuning/jobs/{id}/pause': {
      post: { ...run('pauseFineTuningJob', 'Pauses a job after a checkpoint.'), parameters: [id] },
    },
    '/v1/fine_tuning/jobs/{id}/resume': {
      post: { ...run('resumeFineTuningJob', 'Goes on with a paused job.'), parameters: [id] },
    },
    '/v1/fine_tuning/jobs/{id}/events': {
      get: {
        ...read('listFineTuningEvents', 'What happened to a job, newest first.'),
        parameters: [id, ...page],
      },
    },
    '/v1/fine_tuning/jobs/{id}/checkpoints': {
      get: { ...read('listFineTuningCheckpoints', 'The checkpoints of a job.'), parameters: [id, ...page] },
    },
  }
}

function operation(operationId: string, summary: string, permission: string): Json {
  const failure = { description: "A failure in the shape of OpenAI's API." }
  return {
    operationId,
    summary,
    tags: ['OpenAI'],
    'x-permission': permission,
    responses: {
      200: { description: "As OpenAI's API answers." },
      ...Object.fromEntries([400, 401, 403, 404].map(status => [status, failure])),
    },
  }
}
