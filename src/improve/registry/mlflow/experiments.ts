import { z } from 'zod'
import { Failure } from '../../../foundation/platform/index.ts'
import {
  endpoint,
  keyValues,
  type MlflowCall,
  type MlflowEndpoint,
  name,
  pageOf,
  pageSize,
  pageToken,
  toPairs,
  toRecord,
  wholeNumber,
} from './mlflow-context.ts'
import { parseFilter, parseOrder, type ReadField } from './search.ts'
import {
  ensureDefaultExperiment,
  type Experiment,
  findExperiment,
  insertExperiment,
  listExperiments,
  updateExperiment,
} from './tracking-store.ts'

const byId = z.object({ experiment_id: wholeNumber })
const viewType = z.enum(['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL']).nullish()
const mostExperiments = 10_000

/** Which stages a view shows. */
export function stagesOf(view: z.output<typeof viewType>): ('active' | 'deleted')[] {
  if (view === 'ALL') return ['active', 'deleted']
  return view === 'DELETED_ONLY' ? ['deleted'] : ['active']
}

export { viewType }

/** Where the artifacts of an experiment are; each run and each model has its own below. */
export function artifactRoot(experimentId: number): string {
  return `mlflow-artifacts:/${experimentId}`
}

function toWire(experiment: Experiment) {
  return {
    experiment_id: String(experiment.id),
    name: experiment.name,
    artifact_location: artifactRoot(experiment.id),
    lifecycle_stage: experiment.stage,
    creation_time: experiment.createdAt.getTime(),
    last_update_time: experiment.updatedAt.getTime(),
    tags: toPairs(experiment.tags),
  }
}

export async function getExperiment(
  { context, caller }: MlflowCall,
  wanted: { readonly id: number } | { readonly name: string },
): Promise<Experiment> {
  if ('id' in wanted ? wanted.id === 0 : wanted.name === 'Default')
    await ensureDefaultExperiment(context.database, caller.tenant, new Date(context.now()))
  const found = await findExperiment(context.database, caller.tenant, wanted)
  if (found) return found
  throw new Failure(
    'not_found',
    'id' in wanted
      ? `No Experiment with id=${wanted.id} exists`
      : `Could not find experiment with name '${wanted.name}'`,
  )
}

async function change(
  call: MlflowCall,
  id: number,
  changed: Omit<Parameters<typeof updateExperiment>[3], 'now'>,
): Promise<void> {
  const { context, caller } = call
  await getExperiment(call, { id })
  if (
    changed.name !== undefined &&
    (await findExperiment(context.database, caller.tenant, { name: changed.name }))
  )
    throw new Failure('conflict', `Experiment '${changed.name}' already exists.`)
  await updateExperiment(context.database, caller.tenant, id, { ...changed, now: new Date(context.now()) })
}

export const experimentEndpoints: Readonly<Record<string, MlflowEndpoint>> = {
  'POST experiments/create': endpoint(
    'model:write',
    z.object({ name, tags: keyValues }),
    async ({ context, caller }, given) => {
      const id = await context.database.transaction(
        async transaction =>
          await insertExperiment(transaction, {
            tenant: caller.tenant,
            name: given.name,
            tags: toRecord(given.tags),
            now: new Date(context.now()),
          }),
      )
      if (id === undefined || given.name === 'Default')
        throw new Failure('conflict', `Experiment '${given.name}' already exists.`)
      return { experiment_id: String(id) }
    },
  ),
  'GET experiments/get': endpoint('model:read', byId, async (call, given) => ({
    experiment: toWire(await getExperiment(call, { id: given.experiment_id })),
  })),
  'GET experiments/get-by-name': endpoint(
    'model:read',
    z.object({ experiment_name: name }),
    async (call, given) => ({
      experiment: toWire(await getExperiment(call, { name: given.experiment_name })),
    }),
  ),
  'POST experiments/search': endpoint(
    'model:read',
    z.object({
      max_results: pageSize(1_000, 10_000),
      page_token: pageToken,
      filter: z.string().max(10_000).nullish(),
      order_by: z.array(z.string()).nullish(),
      view_type: viewType,
    }),
    async ({ context, caller }, given) => {
      await ensureDefaultExperiment(context.database, caller.tenant, new Date(context.now()))
      const matches = parseFilter(given.filter ?? '')
      const order = parseOrder(given.order_by ?? [])
      const stages = stagesOf(given.view_type)
      const found = (await listExperiments(context.database, caller.tenant, mostExperiments))
        .filter(({ stage }) => stages.includes(stage))
        .map(experiment => ({ experiment, read: readerOf(experiment) }))
        .filter(({ read }) => matches(read))
        .toSorted((left, right) => order(left.read, right.read))
      const { page, next } = pageOf(found, given.page_token, given.max_results)
      return { experiments: page.map(({ experiment }) => toWire(experiment)), ...next }
    },
  ),
  'POST experiments/delete': endpoint('model:write', byId, async (call, given) => {
    await change(call, given.experiment_id, { stage: 'deleted' })
  }),
  'POST experiments/restore': endpoint('model:write', byId, async (call, given) => {
    await change(call, given.experiment_id, { stage: 'active' })
  }),
  'POST experiments/update': endpoint('model:write', byId.extend({ new_name: name }), async (call, given) => {
    await change(call, given.experiment_id, { name: given.new_name })
  }),
  'POST experiments/set-experiment-tag': endpoint(
    'model:write',
    byId.extend({ key: name, value: z.string().max(16_000).default('') }),
    async (call, given) => {
      await change(call, given.experiment_id, { tags: { [given.key]: given.value } })
    },
  ),
  'POST experiments/delete-experiment-tag': endpoint(
    'model:write',
    byId.extend({ key: name }),
    async (call, given) => {
      await change(call, given.experiment_id, { tags: { [given.key]: null } })
    },
  ),
}

function readerOf(experiment: Experiment): ReadField {
  return (kind, key) => {
    if (kind === 'tags') return experiment.tags[key]
    if (kind !== 'attributes') return undefined
    if (key === 'name') return experiment.name
    if (key === 'experiment_id') return String(experiment.id)
    if (key === 'creation_time') return experiment.createdAt.getTime()
    return key === 'last_update_time' ? experiment.updatedAt.getTime() : undefined
  }
}
