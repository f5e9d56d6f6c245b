import { z } from 'zod'
import { Failure, type Queryable } from '../../../foundation/platform/index.ts'
import { artifactRoot, getExperiment, stagesOf, viewType } from './experiments.ts'
import {
  endpoint,
  keyValue,
  keyValues,
  type MlflowCall,
  type MlflowEndpoint,
  name,
  pageOf,
  pageSize,
  pageToken,
  toPairs,
  toRecord,
  toWireNumber,
  wholeNumber,
} from './mlflow-context.ts'
import { parseFilter, parseOrder, type ReadField } from './search.ts'
import {
  findTrackedRun,
  holdRun,
  insertPoints,
  insertRun,
  type LastPoint,
  listPoints,
  listRunsOf,
  type MetricPoint,
  type StoredPoint,
  type TrackedRun,
  updateRun,
} from './tracking-store.ts'

/** Runs that one search may look at. */
const mostRuns = 20_000
const runId = z.string().regex(/^[0-9a-f]{32}$/, 'is no id of a run')
/** What is of a run, which old clients call `run_uuid`. */
const ofRun = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.object({ run_id: runId.optional(), run_uuid: runId.optional(), ...shape })
const byRun = ofRun({})
const idOf = (given: {
  readonly run_id?: string | undefined
  readonly run_uuid?: string | undefined
}): string => {
  const id = given.run_id ?? given.run_uuid
  if (id !== undefined) return id
  throw new Failure('invalid_request', "Missing value for required parameter 'run_id'.")
}

const number = z.union([
  z.number(),
  z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number),
  z.null().transform(() => Number.NaN),
])
const metric = z.object({
  key: z.string().min(1).max(250),
  value: number.default(0),
  timestamp: wholeNumber.default(0),
  step: wholeNumber.default(0),
  model_id: z.string().max(100).nullish(),
})
const toPoint = (given: z.output<typeof metric>): MetricPoint => ({
  key: given.key,
  value: given.value,
  timestamp: given.timestamp,
  step: given.step,
  modelId: given.model_id || undefined,
})

export function toWireRun(run: TrackedRun) {
  return {
    info: {
      run_id: run.id,
      run_uuid: run.id,
      run_name: run.name,
      experiment_id: String(run.experimentId),
      user_id: run.userId,
      status: run.status,
      start_time: run.startMs,
      ...(run.endMs !== undefined && { end_time: run.endMs }),
      artifact_uri: `${artifactRoot(run.experimentId)}/${run.id}/artifacts`,
      lifecycle_stage: run.stage,
    },
    data: {
      metrics: Object.entries(run.latest).map(([key, point]) => ({
        key,
        value: toWireNumber(Number(point.value)),
        timestamp: point.timestamp,
        step: point.step,
      })),
      params: toPairs(run.params),
      tags: toPairs(run.tags),
    },
    inputs: { dataset_inputs: run.inputs, model_inputs: run.modelInputs },
    outputs: { model_outputs: run.outputs },
  }
}

export async function getRun({ context, caller }: MlflowCall, id: string): Promise<TrackedRun> {
  const run = await findTrackedRun(context.database, caller.tenant, id)
  if (run) return run
  throw new Failure('not_found', `Run with id=${id} not found`)
}

/** Changes a run that is there and active, one change after the other. */
async function changeRun(
  { context, caller }: MlflowCall,
  id: string,
  work: (run: TrackedRun, transaction: Queryable) => Promise<Parameters<typeof updateRun>[2]>,
): Promise<void> {
  await context.database.transaction(async transaction => {
    const run = await holdRun(transaction, caller.tenant, id)
    if (!run) throw new Failure('not_found', `Run with id=${id} not found`)
    await updateRun(transaction, id, await work(run, transaction))
  })
}

function checkActive(run: TrackedRun): void {
  if (run.stage === 'active') return
  throw new Failure(
    'invalid_request',
    `The run ${run.id} must be in the 'active' state. Current state is deleted.`,
  )
}

/** Params are written once; the same again is no change. */
function checkParams(run: TrackedRun, params: readonly z.output<typeof keyValue>[]): Record<string, string> {
  const given: Record<string, string> = {}
  for (const { key, value } of params) {
    const before = given[key] ?? run.params[key]
    if (before !== undefined && before !== value)
      throw new Failure(
        'invalid_request',
        `Changing param values is not allowed. Param with key='${key}' was already logged with value='${before.slice(0, 100)}' for run ID='${run.id}'. Attempted logging new value '${value.slice(0, 100)}'.`,
      )
    given[key] = value
  }
  return given
}

/** The points that are the last of their metric now: by step, then time, then value, as MLflow has it. */
function lastPoints(run: TrackedRun, points: readonly MetricPoint[]): Record<string, LastPoint> {
  const latest: Record<string, LastPoint> = {}
  for (const { key, value, timestamp, step } of points) {
    const before = latest[key] ?? run.latest[key]
    const order = before
      ? step - before.step || timestamp - before.timestamp || value - Number(before.value)
      : 1
    if (order >= 0 || Number.isNaN(order)) latest[key] = { value: String(value), timestamp, step }
  }
  return latest
}

async function log(
  call: MlflowCall,
  id: string,
  given: {
    readonly metrics?: readonly z.output<typeof metric>[]
    readonly params?: readonly z.output<typeof keyValue>[]
    readonly tags?: readonly z.output<typeof keyValue>[]
  },
): Promise<void> {
  const points = (given.metrics ?? []).map(toPoint)
  await changeRun(call, id, async (run, transaction) => {
    checkActive(run)
    const params = checkParams(run, given.params ?? [])
    await insertPoints(transaction, id, points)
    const tags = toRecord(given.tags ?? [])
    return { params, tags, latest: lastPoints(run, points), name: tags['mlflow.runName'] }
  })
}

const statuses = z.enum(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'])

export const runEndpoints: Readonly<Record<string, MlflowEndpoint>> = {
  'POST runs/create': endpoint(
    'model:write',
    z.object({
      experiment_id: wholeNumber.default(0),
      user_id: z.string().max(250).nullish(),
      run_name: z.string().max(250).nullish(),
      start_time: wholeNumber.nullish(),
      tags: keyValues,
    }),
    async (call, given) => {
      const { context, caller } = call
      const experiment = await getExperiment(call, { id: given.experiment_id })
      if (experiment.stage !== 'active')
        throw new Failure('invalid_request', `The experiment ${experiment.id} must be in the 'active' state.`)
      const tags = toRecord(given.tags)
      const named = given.run_name || tags['mlflow.runName'] || `run-${context.now()}`
      const id = await insertRun(context.database, {
        tenant: caller.tenant,
        experimentId: experiment.id,
        name: named,
        userId: given.user_id || caller.author,
        startMs: given.start_time ?? context.now(),
        tags: { ...tags, 'mlflow.runName': named },
      })
      return { run: toWireRun(await getRun(call, id)) }
    },
  ),
  'GET runs/get': endpoint('model:read', byRun, async (call, given) => ({
    run: toWireRun(await getRun(call, idOf(given))),
  })),
  'POST runs/update': endpoint(
    'model:write',
    ofRun({
      status: statuses.nullish(),
      end_time: wholeNumber.nullish(),
      run_name: z.string().max(250).nullish(),
    }),
    async (call, given) => {
      await changeRun(call, idOf(given), async run => {
        checkActive(run)
        return {
          status: given.status ?? undefined,
          endMs: given.end_time ?? undefined,
          name: given.run_name || undefined,
          ...(given.run_name && { tags: { 'mlflow.runName': given.run_name } }),
        }
      })
      return { run_info: toWireRun(await getRun(call, idOf(given))).info }
    },
  ),
  'POST runs/delete': endpoint('model:write', byRun, async (call, given) => {
    await changeRun(call, idOf(given), async () => ({ stage: 'deleted' }))
  }),
  'POST runs/restore': endpoint('model:write', byRun, async (call, given) => {
    await changeRun(call, idOf(given), async () => ({ stage: 'active' }))
  }),
  'POST runs/log-metric': endpoint('model:write', ofRun(metric.shape), async (call, given) => {
    await log(call, idOf(given), { metrics: [given] })
  }),
  'POST runs/log-parameter': endpoint('model:write', ofRun(keyValue.shape), async (call, given) => {
    await log(call, idOf(given), { params: [given] })
  }),
  'POST runs/set-tag': endpoint('model:write', ofRun(keyValue.shape), async (call, given) => {
    await log(call, idOf(given), { tags: [given] })
  }),
  'POST runs/delete-tag': endpoint('model:write', ofRun({ key: name }), async (call, given) => {
    await changeRun(call, idOf(given), async run => {
      checkActive(run)
      if (run.tags[given.key] === undefined)
        throw new Failure('not_found', `No tag with name: ${given.key} in run with id ${run.id}`)
      return { tags: { [given.key]: null } }
    })
  }),
  'POST runs/log-batch': endpoint(
    'model:write',
    ofRun({
      metrics: z.array(metric).max(1_000).default([]),
      params: z.array(keyValue).max(1_000).default([]),
      tags: keyValues,
    }),
    async (call, given) => {
      await log(call, idOf(given), given)
    },
  ),
  'POST runs/log-model': endpoint(
    'model:write',
    ofRun({ model_json: z.string().max(1_000_000) }),
    async (call, given) => {
      let model: unknown
      try {
        model = JSON.parse(given.model_json)
      } catch (cause) {
        throw new Failure('invalid_request', 'model_json is no JSON.', { cause })
      }
      await changeRun(call, idOf(given), async run => {
        checkActive(run)
        const key = 'mlflow.log-model.history'
        const before = JSON.parse(run.tags[key] ?? '[]') as unknown[]
        return { tags: { [key]: JSON.stringify([...before, model]) } }
      })
    },
  ),
  'POST runs/log-inputs': endpoint(
    'model:write',
    ofRun({
      datasets: z.array(z.looseObject({})).max(1_000).default([]),
      models: z.array(z.looseObject({})).max(1_000).default([]),
    }),
    async (call, given) => {
      await changeRun(call, idOf(given), async run => {
        checkActive(run)
        return { inputs: given.datasets, modelInputs: given.models }
      })
    },
  ),
  'POST runs/outputs': endpoint(
    'model:write',
    ofRun({ models: z.array(z.looseObject({})).max(1_000).default([]) }),
    async (call, given) => {
      await changeRun(call, idOf(given), async run => {
        checkActive(run)
        return { outputs: given.models }
      })
    },
  ),
  'POST runs/search': endpoint(
    'model:read',
    z.object({
      experiment_ids: z.array(wholeNumber).max(1_000).default([]),
      filter: z.string().max(10_000).nullish(),
      run_view_type: viewType,
      max_results: pageSize(1_000, 50_000),
      order_by: z.array(z.string()).nullish(),
      page_token: pageToken,
    }),
    async ({ context, caller }, given) => {
      const matches = parseFilter(given.filter ?? '')
      const order = parseOrder(given.order_by ?? [])
      const stages = stagesOf(given.run_view_type)
      const listed = await listRunsOf(
        context.database,
        caller.tenant,
        given.experiment_ids,
        stages,
        mostRuns + 1,
      )
      if (listed.length > mostRuns)
        throw new Failure(
          'invalid_request',
          `These experiments have more than ${mostRuns} runs. Search fewer of them at once.`,
        )
      const found = listed
        .map(run => ({ run, read: readerOf(run) }))
        .filter(({ read }) => matches(read))
        .toSorted((left, right) => order(left.read, right.read))
      const { page, next } = pageOf(found, given.page_token, given.max_results)
      return { runs: page.map(({ run }) => toWireRun(run)), ...next }
    },
  ),
  'GET metrics/get-history': endpoint(
    'model:read',
    ofRun({ metric_key: name, max_results: pageSize(25_000, 25_000), page_token: pageToken }),
    async (call, given) => {
      const run = await getRun(call, idOf(given))
      const page = { offset: given.page_token, limit: given.max_results + 1 }
      const points = await listPoints(call.context.database, run.id, given.metric_key, page)
      const isMore = points.length > given.max_results
      return {
        metrics: points.slice(0, given.max_results).map(toWirePoint),
        ...(isMore && { next_page_token: String(given.page_token + given.max_results) }),
      }
    },
  ),
}

export function toWirePoint(point: StoredPoint) {
  return {
    key: point.key,
    value: toWireNumber(point.value),
    timestamp: point.timestamp,
    step: point.step,
    run_id: point.runId,
    ...(point.modelId !== undefined && { model_id: point.modelId }),
  }
}

function readerOf(run: TrackedRun): ReadField {
  const attributes: Readonly<Record<string, string | number | undefined>> = {
    run_id: run.id,
    run_name: run.name,
    'Run name': run.name,
    status: run.status,
    user_id: run.userId,
    start_time: run.startMs,
    created: run.startMs,
    Created: run.startMs,
    end_time: run.endMs,
    artifact_uri: `${artifactRoot(run.experimentId)}/${run.id}/artifacts`,
  }
  return (kind, key) => {
    if (kind === 'metrics') return run.latest[key] && Number(run.latest[key].value)
    if (kind === 'params') return run.params[key]
    if (kind === 'tags') return run.tags[key]
    return kind === 'attributes' ? attributes[key] : undefined
  }
}
