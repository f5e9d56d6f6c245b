import { z } from 'zod'
import { Failure } from '../../../foundation/platform/index.ts'
import { getModel, getVersion, resolveVersion } from '../find-model.ts'
import type { Model, ModelVersion } from '../model.ts'
import { listAliases } from '../stores/alias-store.ts'
import { listModels } from '../stores/model-store.ts'
import { listNewestVersions, listVersionsOfTenant } from '../stores/version-store.ts'
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
import { registerVersion } from './register-version.ts'
import { parseFilter, parseOrder, type ReadField } from './search.ts'

const mostListed = 20_000
const byName = z.looseObject({ name })
const byVersion = byName.extend({ version: wholeNumber })
const tagValue = { key: name, value: z.string().max(5_000).default('') }

type Aliases = Awaited<ReturnType<typeof listAliases>>

function toWireVersion(version: ModelVersion, aliases: Aliases) {
  const text = (key: string): string => sourceText(version, key)
  return {
    name: version.model,
    version: String(version.number),
    creation_timestamp: version.createdAt.getTime(),
    last_updated_timestamp: version.createdAt.getTime(),
    user_id: version.author,
    current_stage: 'None',
    description: version.description,
    source: text('uri') || downloadUri(version),
    run_id: text('run_id'),
    run_link: text('run_link'),
    model_id: text('model_id'),
    status: 'READY',
    tags: toPairs(version.tags),
    aliases: aliases.filter(({ versionId }) => versionId === version.id).map(alias => alias.name),
  }
}

function sourceText({ source }: ModelVersion, key: string): string {
  const value = source[key]
  return typeof value === 'string' ? value : ''
}

/** Where the files of a version can be read; they never change. */
function downloadUri(version: ModelVersion): string {
  return `mlflow-artifacts:/versions/${version.id}`
}

function toWireModel(model: Model, newest: ModelVersion | undefined, aliases: Aliases) {
  const own = aliases.filter(({ modelId }) => modelId === model.id)
  return {
    name: model.name,
    creation_timestamp: model.createdAt.getTime(),
    last_updated_timestamp: model.updatedAt.getTime(),
    user_id: model.author,
    description: model.description,
    tags: toPairs(model.tags),
    aliases: own.map(alias => ({ alias: alias.name, version: String(alias.number) })),
    latest_versions: newest ? [toWireVersion(newest, own)] : [],
  }
}

async function readModel({ context, caller }: MlflowCall, model: string) {
  const found = await getModel(context, caller.tenant, model)
  const [[newest], aliases] = await Promise.all([
    listNewestVersions(context.database, [found.id]),
    listAliases(context.database, [found.id]),
  ])
  return { registered_model: toWireModel(found, newest, aliases) }
}

async function find({ context, caller }: MlflowCall, model: string, number: number): Promise<ModelVersion> {
  return await getVersion(context, await getModel(context, caller.tenant, model), number)
}

async function toWire({ context }: MlflowCall, version: ModelVersion) {
  return { model_version: toWireVersion(version, await listAliases(context.database, [version.modelId])) }
}

async function retag(call: MlflowCall, version: ModelVersion, tags: Record<string, string>): Promise<void> {
  await call.registry.describeVersion(call.caller, version.model, version.number, { tags })
}

export const registeredModelEndpoints: Readonly<Record<string, MlflowEndpoint>> = {
  'POST registered-models/create': endpoint(
    'model:write',
    byName.extend({ description: z.string().max(4_000).nullish(), tags: keyValues }),
    async (call, given) => {
      await call.registry.create(call.caller, {
        name: given.name,
        description: given.description ?? undefined,
        tags: toRecord(given.tags),
      })
      return await readModel(call, given.name)
    },
  ),
  'GET registered-models/get': endpoint(
    'model:read',
    byName,
    async (call, given) => await readModel(call, given.name),
  ),
  'PATCH registered-models/update': endpoint(
    'model:write',
    byName.extend({ description: z.string().max(4_000).default('') }),
    async (call, given) => {
      await call.registry.update(call.caller, given.name, { description: given.description })
      return await readModel(call, given.name)
    },
  ),
  'POST registered-models/rename': endpoint(
    'model:approve',
    byName.extend({ new_name: name }),
    async (call, given) => {
      await call.registry.update(call.caller, given.name, { name: given.new_name })
      return await readModel(call, given.new_name)
    },
  ),
  'DELETE registered-models/delete': endpoint('model:approve', byName, async (call, given) => {
    await call.registry.delete(call.caller, given.name)
  }),
  'GET registered-models/search': endpoint(
    'model:read',
    z.looseObject({
      filter: z.string().max(10_000).nullish(),
      max_results: pageSize(100, 1_000),
      order_by: z.array(z.string()).nullish(),
      page_token: pageToken,
    }),
    async ({ context, caller }, given) => {
      const matches = parseFilter(given.filter ?? '')
      const order = parseOrder(given.order_by ?? [])
      const found = (await listModels(context.database, { tenant: caller.tenant, limit: mostListed }))
        .map(model => ({ model, read: readerOfModel(model) }))
        .filter(({ read }) => matches(read))
        .toSorted((left, right) => order(left.read, right.read))
      const { page, next } = pageOf(found, given.page_token, given.max_results)
      const ids = page.map(({ model }) => model.id)
      const [newest, aliases] = await Promise.all([
        listNewestVersions(context.database, ids),
        listAliases(context.database, ids),
      ])
      return {
        registered_models: page.map(({ model }) =>
          toWireModel(
            model,
            newest.find(({ modelId }) => modelId === model.id),
            aliases,
          ),
        ),
        ...next,
      }
    },
  ),
  'POST registered-models/get-latest-versions': endpoint(
    'model:read',
    byName,
    async ({ context, caller }, given) => {
      const model = await getModel(context, caller.tenant, given.name)
      const [versions, aliases] = await Promise.all([
        listNewestVersions(context.database, [model.id]),
        listAliases(context.database, [model.id]),
      ])
      return { model_versions: versions.map(version => toWireVersion(version, aliases)) }
    },
  ),
  'POST registered-models/set-tag': endpoint('model:write', byName.extend(tagValue), async (call, given) => {
    const model = await getModel(call.context, call.caller.tenant, given.name)
    await call.registry.update(call.caller, model.name, { tags: { ...model.tags, [given.key]: given.value } })
  }),
  'DELETE registered-models/delete-tag': endpoint(
    'model:write',
    byName.extend({ key: name }),
    async (call, given) => {
      const model = await getModel(call.context, call.caller.tenant, given.name)
      const { [given.key]: _, ...tags } = model.tags
      await call.registry.update(call.caller, model.name, { tags })
    },
  ),
  'POST registered-models/alias': endpoint(
    'model:write',
    byVersion.extend({ alias: z.string().min(1).max(100) }),
    async (call, given) => {
      const version = await find(call, given.name, given.version)
      const run = version.tags['slipway.evaluation']
      await call.registry.moveAlias({
        caller: call.caller,
        model: given.name,
        alias: given.alias,
        number: given.version,
        reason: 'Set through MLflow.',
        evidence: run === undefined ? [] : [{ kind: 'evaluation', id: run }],
      })
    },
  ),
  'DELETE registered-models/alias': endpoint(
    'model:approve',
    byName.extend({ alias: z.string().min(1).max(100) }),
    async (call, given) => {
      await call.registry.deleteAlias(call.caller, given.name, given.alias, {
        reason: 'Deleted through MLflow.',
      })
    },
  ),
  'GET registered-models/alias': endpoint(
    'model:read',
    byName.extend({ alias: z.string().min(1).max(100) }),
    async (call, given) => {
      const reference = `${given.name}@${given.alias}`
      return await toWire(call, await resolveVersion(call.context, call.caller.tenant, reference))
    },
  ),
  'POST model-versions/create': endpoint(
    'model:write',
    byName.extend({
      source: z.string().min(1).max(2_000),
      run_id: z.string().max(100).nullish(),
      run_link: z.string().max(2_000).nullish(),
      description: z.string().max(100_000).nullish(),
      model_id: z.string().max(100).nullish(),
      tags: keyValues,
    }),
    async (call, given) =>
      await toWire(
        call,
        await registerVersion(call, {
          model: given.name,
          source: given.source,
          runId: given.run_id || undefined,
          runLink: given.run_link || undefined,
          loggedModelId: given.model_id || undefined,
          description: given.description ?? undefined,
          tags: toRecord(given.tags),
        }),
      ),
  ),
  'GET model-versions/get': endpoint(
    'model:read',
    byVersion,
    async (call, given) => await toWire(call, await find(call, given.name, given.version)),
  ),
  'GET model-versions/get-download-uri': endpoint('model:read', byVersion, async (call, given) => ({
    artifact_uri: downloadUri(await find(call, given.name, given.version)),
  })),
  'PATCH model-versions/update': endpoint(
    'model:write',
    byVersion.extend({ description: z.string().max(100_000).default('') }),
    async (call, given) => {
      const { description } = given
      return await toWire(
        call,
        await call.registry.describeVersion(call.caller, given.name, given.version, { description }),
      )
    },
  ),
  'POST model-versions/transition-stage': endpoint('model:write', byVersion, async () => {
    throw new Failure(
      'unavailable_here',
      'There are no stages: MLflow has given them up. Use an alias (set_registered_model_alias).',
    )
  }),
  'DELETE model-versions/delete': endpoint('model:approve', byVersion, async (call, given) => {
    await call.registry.deleteVersion(call.caller, given.name, given.version)
  }),
  'GET model-versions/search': endpoint(
    'model:read',
    z.looseObject({
      filter: z.string().max(10_000).nullish(),
      max_results: pageSize(10_000, 10_000),
      order_by: z.array(z.string()).nullish(),
      page_token: pageToken,
    }),
    async ({ context, caller }, given) => {
      const matches = parseFilter(given.filter ?? '')
      const order = parseOrder(given.order_by ?? [])
      const found = (await listVersionsOfTenant(context.database, caller.tenant, mostListed))
        .map(version => ({ version, read: readerOfVersion(version) }))
        .filter(({ read }) => matches(read))
        .toSorted((left, right) => order(left.read, right.read))
      const { page, next } = pageOf(found, given.page_token, given.max_results)
      const aliases = await listAliases(context.database, [
        ...new Set(page.map(({ version }) => version.modelId)),
      ])
      return { model_versions: page.map(({ version }) => toWireVersion(version, aliases)), ...next }
    },
  ),
  'POST model-versions/set-tag': endpoint('model:write', byVersion.extend(tagValue), async (call, given) => {
    const version = await find(call, given.name, given.version)
    await retag(call, version, { ...version.tags, [given.key]: given.value })
  }),
  'DELETE model-versions/delete-tag': endpoint(
    'model:write',
    byVersion.extend({ key: name }),
    async (call, given) => {
      const version = await find(call, given.name, given.version)
      const { [given.key]: _, ...tags } = version.tags
      await retag(call, version, tags)
    },
  ),
}

/** Clients leave out prompts, which they keep as models too, by a tag that no other model has. */
function tagOf(tags: Readonly<Record<string, string>>, key: string): string | undefined {
  return tags[key] ?? (key === 'mlflow.prompt.is_prompt' ? 'false' : undefined)
}

function readerOfModel(model: Model): ReadField {
  return (kind, key) => {
    if (kind === 'tags') return tagOf(model.tags, key)
    if (key === 'name') return model.name
    if (key === 'creation_timestamp') return model.createdAt.getTime()
    return key === 'last_updated_timestamp' ? model.updatedAt.getTime() : undefined
  }
}

function readerOfVersion(version: ModelVersion): ReadField {
  return (kind, key) => {
    if (kind === 'tags') return tagOf(version.tags, key)
    if (key === 'name') return version.model
    if (key === 'version_number' || key === 'version') return version.number
    if (key === 'run_id') return sourceText(version, 'run_id')
    if (key === 'model_id') return sourceText(version, 'model_id')
    if (key === 'source_path') return sourceText(version, 'uri')
    return key === 'creation_timestamp' || key === 'last_updated_timestamp'
      ? version.createdAt.getTime()
      : undefined
  }
}
