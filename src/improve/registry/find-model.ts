import { Failure, nearestName, type Queryable } from '../../foundation/platform/index.ts'
import type { Model, ModelVersion } from './model.ts'
import { parseModelReference } from './reference.ts'
import type { RegistryContext } from './registry-context.ts'
import { listAliases } from './stores/alias-store.ts'
import { findModel, holdModel, listModelNames } from './stores/model-store.ts'
import { findVersion, findVersionsById, listVersions } from './stores/version-store.ts'

type Context = Pick<RegistryContext, 'database'>

export async function getModel({ database }: Context, tenant: string, name: string): Promise<Model> {
  return (await findModel(database, tenant, name)) ?? (await throwNoModel(database, tenant, name))
}

/** The model, held until the transaction ends. */
export async function getHeldModel(transaction: Queryable, tenant: string, name: string): Promise<Model> {
  return (await holdModel(transaction, tenant, name)) ?? (await throwNoModel(transaction, tenant, name))
}

async function throwNoModel(queryable: Queryable, tenant: string, name: string): Promise<never> {
  const names = await listModelNames(queryable, tenant)
  const nearest = nearestName(name, names)
  const hint = nearest ? ` Did you mean \`${nearest}\`?` : names.length === 0 ? ' It has none yet.' : ''
  throw new Failure('not_found', `The tenant ${tenant} has no model \`${name.slice(0, 100)}\`.${hint}`, {
    details: { parameter: 'model' },
  })
}

export async function getVersion(
  { database }: { readonly database: Queryable },
  model: Model,
  number: number,
): Promise<ModelVersion> {
  const found = await findVersion(database, model.id, number)
  if (found) return found
  const [newest] = await listVersions(database, model.id, { before: undefined, limit: 1 })
  throw new Failure(
    'not_found',
    `The model \`${model.name}\` has no version ${number}${number <= model.lastNumber ? ': it was deleted' : ''}.${newest ? ` Its newest is ${newest.number}.` : ' It has none.'}`,
    { details: { parameter: 'version' } },
  )
}

/** The version that a reference means now. */
export async function resolveVersion(
  context: Context,
  tenant: string,
  reference: string,
): Promise<ModelVersion> {
  const { model: name, at } = parseModelReference(reference)
  const model = await getModel(context, tenant, name)
  if (/^\d+$/.test(at)) return await getVersion(context, model, Number(at))
  if (at === 'latest') {
    const [newest] = await listVersions(context.database, model.id, { before: undefined, limit: 1 })
    if (newest) return newest
    throw new Failure('not_found', `The model \`${name}\` has no version yet.`, {
      details: { parameter: 'version' },
    })
  }
  const aliases = await listAliases(context.database, [model.id])
  const alias = aliases.find(one => one.name === at)
  const [version] = alias ? await findVersionsById(context.database, tenant, [alias.versionId]) : []
  if (version) return version
  const names = aliases.map(one => one.name)
  const nearest = nearestName(at, names)
  const there = nearest
    ? ` Did you mean \`${nearest}\`?`
    : names.length > 0
      ? ` It has ${names.join(', ')}, and versions by number.`
      : ' It has none yet.'
  throw new Failure('not_found', `The model \`${name}\` has no alias \`${at}\`.${there}`, {
    details: { parameter: 'version' },
  })
}
