import { z } from 'zod'
import { Failure } from '../../../foundation/platform/index.ts'
import { listArtifactsAsWire } from './artifacts.ts'
import { deleteArtifacts } from './artifact-store.ts'
import { artifactRoot, getExperiment } from './experiments.ts'
import {
  deleteLoggedModelRow,
  findLoggedModel,
  insertLoggedModel,
  listLoggedModels,
  type LoggedModel,
  updateLoggedModel,
} from './logged-model-store.ts'
import {
  endpoint,
  keyValues,
  type MlflowCall,
  type MlflowEndpoint,
  pageOf,
  pageSize,
  pageToken,
  toPairs,
  toRecord,
  wholeNumber,
} from './mlflow-context.ts'
import { toWirePoint } from './runs.ts'
import { parseFilter, parseOrder, type ReadField } from './search.ts'
import { listModelPoints, type StoredPoint } from './tracking-store.ts'

const mostModels = 20_000
const statusForm = z.enum(['LOGGED_MODEL_PENDING', 'LOGGED_MODEL_READY', 'LOGGED_MODEL_UPLOAD_FAILED'])
const nothing = z.looseObject({})

function toWire(model: LoggedModel, points: readonly StoredPoint[]) {
  return {
    info: {
      model_id: model.id,
      experiment_id: String(model.experimentId),
      name: model.name,
      creation_timestamp_ms: model.createdAt.getTime(),
      last_updated_timestamp_ms: model.updatedAt.getTime(),
      artifact_uri: `${artifactRoot(model.experimentId)}/models/${model.id}/artifacts`,
      status: model.status,
      model_type: model.modelType,
      source_run_id: model.sourceRunId,
      tags: toPairs(model.tags),
      registrations: [],
    },
    data: {
      params: toPairs(model.params),
      metrics: points.filter(({ modelId }) => modelId === model.id).map(toWirePoint),
    },
  }
}

export async function getLoggedModel({ context, caller }: MlflowCall, id: string): Promise<LoggedModel> {
  const model = await findLoggedModel(context.database, caller.tenant, id)
  if (model) return model
  throw new Failure('not_found', `Logged model with ID '${id}' not found.`)
}

async function read(call: MlflowCall, id: string) {
  const model = await getLoggedModel(call, id)
  return { model: toWire(model, await listModelPoints(call.context.database, [id])) }
}

export const loggedModelEndpoints: Readonly<Record<string, MlflowEndpoint>> = {
  'POST logged-models': endpoint(
    'model:write',
    z.object({
      experiment_id: wholeNumber.default(0),
      name: z.string().max(250).nullish(),
      model_type: z.string().max(250).nullish(),
      source_run_id: z.string().max(100).nullish(),
      params: keyValues,
      tags: keyValues,
    }),
    async (call, given) => {
      const { context, caller } = call
      const experiment = await getExperiment(call, { id: given.experiment_id })
      const model = await insertLoggedModel(context.database, {
        tenant: caller.tenant,
        experimentId: experiment.id,
        name: given.name || `model-${context.now()}`,
        modelType: given.model_type ?? '',
        sourceRunId: given.source_run_id ?? '',
        params: toRecord(given.params),
        tags: toRecord(given.tags),
        createdAt: new Date(context.now()),
      })
      return { model: toWire(model, []) }
    },
  ),
  'POST logged-models/search': endpoint(
    'model:read',
    z.object({
      experiment_ids: z.array(wholeNumber).max(1_000).default([]),
      filter: z.string().max(10_000).nullish(),
      max_results: pageSize(100, 1_000),
      order_by: z
        .array(z.looseObject({ field_name: z.string(), ascending: z.boolean().default(true) }))
        .nullish(),
      page_token: pageToken,
    }),
    async ({ context, caller }, given) => {
      const matches = parseFilter(given.filter ?? '')
      const orders = (given.order_by ?? []).map(one => `${one.field_name} ${one.ascending ? 'ASC' : 'DESC'}`)
      const order = parseOrder(orders)
      const listed = await listLoggedModels(context.database, caller.tenant, given.experiment_ids, mostModels)
      const points = await listModelPoints(
        context.database,
        listed.map(({ id }) => id),
      )
      const found = listed
        .map(model => ({ model, read: readerOf(model, points) }))
        .filter(one => matches(one.read))
        .toSorted((left, right) => order(left.read, right.read))
      const { page, next } = pageOf(found, given.page_token, given.max_results)
      return { models: page.map(({ model }) => toWire(model, points)), ...next }
    },
  ),
  'GET logged-models/*': endpoint('model:read', nothing, async call => await read(call, call.path[0] ?? '')),
  'PATCH logged-models/*': endpoint(
    'model:write',
    z.looseObject({ status: statusForm }),
    async (call, given) => {
      const model = await getLoggedModel(call, call.path[0] ?? '')
      await updateLoggedModel(call.context.database, model.id, {
        status: given.status,
        now: new Date(call.context.now()),
      })
      return await read(call, model.id)
    },
  ),
  'DELETE logged-models/*': endpoint('model:write', nothing, async call => {
    const model = await getLoggedModel(call, call.path[0] ?? '')
    await call.context.database.transaction(async transaction => {
      await deleteArtifacts(transaction, call.caller.tenant, model.id, '')
      await deleteLoggedModelRow(transaction, model.id)
    })
  }),
  'PATCH logged-models/*/tags': endpoint(
    'model:write',
    z.looseObject({ tags: keyValues }),
    async (call, given) => {
      const model = await getLoggedModel(call, call.path[0] ?? '')
      const now = new Date(call.context.now())
      await updateLoggedModel(call.context.database, model.id, { tags: toRecord(given.tags), now })
    },
  ),
  'DELETE logged-models/*/tags/*': endpoint('model:write', nothing, async call => {
    const model = await getLoggedModel(call, call.path[0] ?? '')
    const now = new Date(call.context.now())
    await updateLoggedModel(call.context.database, model.id, { tags: { [call.path[1] ?? '']: null }, now })
  }),
  'POST logged-models/*/params': endpoint(
    'model:write',
    z.looseObject({ params: keyValues }),
    async (call, given) => {
      const model = await getLoggedModel(call, call.path[0] ?? '')
      const now = new Date(call.context.now())
      await updateLoggedModel(call.context.database, model.id, { params: toRecord(given.params), now })
    },
  ),
  'GET logged-models/*/artifacts/directories': endpoint(
    'model:read',
    z.looseObject({ artifact_directory_path: z.string().max(400).nullish() }),
    async (call, given) => {
      const model = await getLoggedModel(call, call.path[0] ?? '')
      const root = `${artifactRoot(model.experimentId)}/models/${model.id}/artifacts`
      return {
        root_uri: root,
        files: await listArtifactsAsWire(call, model.id, given.artifact_directory_path ?? ''),
      }
    },
  ),
}

function readerOf(model: LoggedModel, points: readonly StoredPoint[]): ReadField {
  const attributes: Readonly<Record<string, string | number>> = {
    model_id: model.id,
    name: model.name,
    model_type: model.modelType,
    status: model.status.replace('LOGGED_MODEL_', ''),
    source_run_id: model.sourceRunId,
    creation_timestamp: model.createdAt.getTime(),
    creation_time: model.createdAt.getTime(),
    last_updated_timestamp: model.updatedAt.getTime(),
  }
  return (kind, key) => {
    if (kind === 'params') return model.params[key]
    if (kind === 'tags') return model.tags[key]
    if (kind === 'metrics') return points.find(one => one.modelId === model.id && one.key === key)?.value
    return kind === 'attributes' ? attributes[key] : undefined
  }
}
