import { Failure } from '../../foundation/platform/index.ts'
import type { ServingSnapshot } from './serving-snapshot.ts'

/** How a list of models, and one of them, looks to a client. */
interface ModelWords {
  list(models: readonly object[], names: readonly string[]): object
  model(name: string, createdAtSeconds: number): object
}

const openAiWords: ModelWords = {
  list: data => ({ object: 'list', data }),
  model: (id, created) => ({ id, object: 'model', created, owned_by: 'slipway' }),
}

const anthropicWords: ModelWords = {
  list: (data, names) => ({
    data,
    has_more: false,
    first_id: names[0] ?? null,
    last_id: names.at(-1) ?? null,
  }),
  model: (id, created) => ({
    type: 'model',
    id,
    display_name: id,
    created_at: new Date(created * 1_000).toISOString(),
  }),
}

/** Whether a client of Anthropic's asks, on a path that OpenAI has too: only its clients send their API's version. */
export function isOfAnthropic(request: Request): boolean {
  return request.headers.has('anthropic-version')
}

/** `GET /v1/models`: the services that the key may call. */
export function listModels(
  request: Request,
  snapshot: ServingSnapshot,
  mayCall: (service: string) => boolean,
): Response {
  const words = wordsFor(request)
  const names = [...snapshot.services.keys()].filter(mayCall)
  const models = names.map(name => words.model(name, snapshot.createdAtSeconds))
  return Response.json(words.list(models, names))
}

/** `GET /v1/models/{id}`. Throws `model_not_found`, also for a service that the key may not call. */
export function readModel(
  request: Request,
  snapshot: ServingSnapshot,
  name: string,
  mayCall: (service: string) => boolean,
): Response {
  if (!snapshot.services.has(name) || !mayCall(name)) throw unknownModel(name)
  return Response.json(wordsFor(request).model(name, snapshot.createdAtSeconds))
}

export function unknownModel(name: string): Failure {
  return new Failure(
    'model_not_found',
    `The model \`${name}\` does not exist or you do not have access to it.`,
  )
}

function wordsFor(request: Request): ModelWords {
  return isOfAnthropic(request) ? anthropicWords : openAiWords
}
