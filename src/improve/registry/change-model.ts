import { createId, Failure, type Queryable } from '../../foundation/platform/index.ts'
import { modelName, parseDefinition } from './definition.ts'
import { getHeldModel, getModel, getVersion } from './find-model.ts'
import type { Model, ModelVersion } from './model.ts'
import { noteEvent } from './note-event.ts'
import type { ModelRegistry, RegistryCaller } from './registry.ts'
import type { RegistryContext } from './registry-context.ts'
import { listAliases } from './stores/alias-store.ts'
import { deleteModelRow, insertModel, updateModel } from './stores/model-store.ts'
import { listServingsOfVersions } from './stores/serving-store.ts'
import {
  deleteVersionRow,
  isDatasetNeeded,
  listDatasetsOf,
  listVersions,
  updateVersion,
} from './stores/version-store.ts'

export async function createModel(
  context: RegistryContext,
  caller: RegistryCaller,
  given: Parameters<ModelRegistry['create']>[1],
): Promise<Model> {
  const parsed = modelName.safeParse(given.name)
  if (!parsed.success)
    throw new Failure(
      'invalid_request',
      `${JSON.stringify(given.name.slice(0, 100))} is no name of a model: it ${parsed.error.issues[0]?.message ?? ''}.`,
      { details: { parameter: 'name' } },
    )
  const definition = checkDefinition(given.name, given.definition ?? '')
  return await context.database.transaction(async transaction => {
    const model = await insertModel(transaction, {
      id: createId(),
      tenant: caller.tenant,
      name: given.name,
      description: given.description ?? definition.description ?? '',
      definition: given.definition ?? '',
      tags: given.tags ?? {},
      author: caller.author,
      createdAt: new Date(context.now()),
    })
    if (!model)
      throw new Failure('conflict', `There is a model \`${given.name}\` already.`, {
        details: { parameter: 'name' },
      })
    await noteEvent(context, transaction, caller, model, {
      kind: 'create-model',
      details: { definition: model.definition },
      after: model,
    })
    return model
  })
}

export async function changeModel(
  context: RegistryContext,
  caller: RegistryCaller,
  name: string,
  change: Parameters<ModelRegistry['update']>[2],
): Promise<Model> {
  if (change.definition !== undefined) checkDefinition(change.name ?? name, change.definition)
  if (change.name !== undefined && !modelName.safeParse(change.name).success)
    throw new Failure(
      'invalid_request',
      `${JSON.stringify(change.name.slice(0, 100))} is no name of a model.`,
      {
        details: { parameter: 'name' },
      },
    )
  await context.database.transaction(async transaction => {
    const model = await getHeldModel(transaction, caller.tenant, name)
    const isDone = await updateModel(transaction, model.id, {
      ...dropUndefined(change),
      now: new Date(context.now()),
    })
    if (!isDone)
      throw new Failure('conflict', `There is a model \`${change.name}\` already.`, {
        details: { parameter: 'name' },
      })
    const kind =
      change.definition !== undefined ? 'define' : change.name !== undefined ? 'rename' : 'describe'
    const { reason, ...details } = change
    await noteEvent(context, transaction, caller, model, {
      kind,
      reason,
      details: dropUndefined(details),
      before: {
        name: model.name,
        description: model.description,
        definition: model.definition,
        tags: model.tags,
      },
      after: details,
    })
  })
  const changed = await getModel(context, caller.tenant, change.name ?? name)
  if (change.name !== undefined && change.name !== name) await movePins(context, changed, name)
  return changed
}

/** Pins of versions of datasets carry the model's name. */
async function movePins(context: RegistryContext, model: Model, from: string): Promise<void> {
  const { tenant } = model
  for (const versionId of await listDatasetsOf(context.database, model.id)) {
    const why = `Versions of the model ${model.name} come from it.`
    await context.ports.datasets.pin({ tenant, versionId, subject: model.name, why })
    await context.ports.datasets.unpin({ tenant, versionId, subject: from })
  }
}

export async function deleteModel(
  context: RegistryContext,
  caller: RegistryCaller,
  name: string,
  reason?: string,
): Promise<void> {
  const dropped: ModelVersion[] = []
  await context.database.transaction(async transaction => {
    const model = await getHeldModel(transaction, caller.tenant, name)
    const aliases = await listAliases(transaction, [model.id])
    if (aliases.length > 0)
      throw new Failure(
        'conflict',
        `The model \`${name}\` has aliases (${aliases.map(alias => alias.name).join(', ')}). Delete them first.`,
      )
    const now = new Date(context.now())
    for (;;) {
      const versions = await listVersions(transaction, model.id, { before: undefined, limit: 500 })
      if (versions.length === 0) break
      for (const version of versions) await drop(transaction, version, now)
      dropped.push(...versions)
    }
    await deleteModelRow(transaction, model.id, now)
    await noteEvent(context, transaction, caller, model, { kind: 'delete-model', reason, before: model })
  })
  await unpin(context, dropped)
}

export async function deleteVersion(
  context: RegistryContext,
  caller: RegistryCaller,
  name: string,
  number: number,
  reason?: string,
): Promise<void> {
  const dropped = await context.database.transaction(async transaction => {
    const model = await getHeldModel(transaction, caller.tenant, name)
    const version = await getVersion({ database: transaction }, model, number)
    const aliases = (await listAliases(transaction, [model.id])).filter(alias => alias.number === number)
    if (aliases.length > 0)
      throw new Failure(
        'conflict',
        `${aliases.map(alias => alias.name).join(', ')} of \`${name}\` is at version ${number}. Move or delete it first.`,
      )
    await drop(transaction, version, new Date(context.now()))
    await noteEvent(context, transaction, caller, model, {
      kind: 'delete-version',
      version: number,
      digest: version.digest,
      reason,
      before: { number, digest: version.digest },
    })
    return version
  })
  await unpin(context, [dropped])
}

async function drop(transaction: Queryable, version: ModelVersion, now: Date): Promise<void> {
  const open = (await listServingsOfVersions(transaction, [version.id])).filter(
    ({ endedAt }) => endedAt === undefined,
  )
  if (open.length > 0)
    throw new Failure(
      'conflict',
      `The engine ${open[0]?.engine} has version ${version.number} of \`${version.model}\`. Take it out of the configuration first.`,
    )
  await deleteVersionRow(transaction, version.id, now)
}

/** After the versions are gone for good: lost in a crash, it keeps rows of data too long and loses none. */
async function unpin(context: RegistryContext, versions: readonly ModelVersion[]): Promise<void> {
  for (const { tenant, model, modelId, lineage } of versions)
    for (const { version: versionId } of lineage.datasets)
      if (!(await isDatasetNeeded(context.database, modelId, versionId)))
        await context.ports.datasets.unpin({ tenant, versionId, subject: model })
}

export async function describeVersion(
  context: RegistryContext,
  caller: RegistryCaller,
  name: string,
  number: number,
  change: Parameters<ModelRegistry['describeVersion']>[3],
): Promise<ModelVersion> {
  return await context.database.transaction(async transaction => {
    const model = await getHeldModel(transaction, caller.tenant, name)
    const version = await getVersion({ database: transaction }, model, number)
    await updateVersion(transaction, version.id, change)
    await noteEvent(context, transaction, caller, model, {
      kind: 'describe',
      version: number,
      digest: version.digest,
      details: dropUndefined(change),
      before: { description: version.description, tags: version.tags },
      after: change,
    })
    return await getVersion({ database: transaction }, model, number)
  })
}

function checkDefinition(name: string, text: string) {
  const definition = parseDefinition(text)
  if (definition.model === undefined || definition.model === name) return definition
  throw new Failure(
    'invalid_request',
    `The definition is of the model \`${definition.model}\`, not of \`${name}\`.`,
    { details: { parameter: 'definition' } },
  )
}

/** The same without members that are not given. */
function dropUndefined<Value extends object>(
  value: Value,
): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [Key in keyof Value]: Exclude<Value[Key], undefined>
  }
}
