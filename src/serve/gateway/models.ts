import { Failure } from '../../foundation/platform/index.ts'
import type { ServingSnapshot } from './serving-snapshot.ts'

interface Model {
  readonly id: string
  readonly object: 'model'
  readonly created: number
  readonly owned_by: string
}

/** `GET /v1/models`: the services that the key may call. */
export function listModels(snapshot: ServingSnapshot, mayCall: (service: string) => boolean): Response {
  const data = [...snapshot.services.keys()].filter(mayCall).map(name => toModel(name, snapshot))
  return Response.json({ object: 'list', data })
}

/** `GET /v1/models/{id}`. Throws `model_not_found`, also for a service that the key may not call. */
export function readModel(
  snapshot: ServingSnapshot,
  name: string,
  mayCall: (service: string) => boolean,
): Response {
  if (!snapshot.services.has(name) || !mayCall(name)) throw unknownModel(name)
  return Response.json(toModel(name, snapshot))
}

export function unknownModel(name: string): Failure {
  return new Failure(
    'model_not_found',
    `The model \`${name}\` does not exist or you do not have access to it.`,
  )
}

function toModel(name: string, snapshot: ServingSnapshot): Model {
  return { id: name, object: 'model', created: snapshot.createdAtSeconds, owned_by: 'slipway' }
}
