import { Failure, nearestName } from '../../foundation/platform/index.ts'
import type { DatasetReference, DatasetVersion } from './dataset.ts'
import type { Dataset, ResolvedVersion } from './datasets.ts'
import type { DatasetsContext } from './datasets-context.ts'
import { type Definition, parseDefinition } from './definition.ts'
import { formatReference, parseReference } from './reference.ts'
import { type DatasetRecord, findDataset, findDefinition, listDatasetNames } from './stores/dataset-store.ts'
import { findRef, listRefs } from './stores/ref-store.ts'
import { findVersion, findVersionByNumber, findVersionsByPrefix } from './stores/version-store.ts'

type Context = Pick<DatasetsContext, 'database'>

export function toDataset(record: DatasetRecord): Dataset {
  return { ...record, definition: { ...record.definition, parsed: parseDefinition(record.definition.text) } }
}

export async function getDataset({ database }: Context, tenant: string, name: string): Promise<Dataset> {
  const record = await findDataset(database, tenant, name)
  if (record) return toDataset(record)
  const names = await listDatasetNames(database, tenant)
  const nearest = nearestName(name, names)
  const hint = nearest ? ` Did you mean \`${nearest}\`?` : names.length === 0 ? ' It has none yet.' : ''
  throw new Failure('not_found', `The tenant ${tenant} has no dataset \`${name.slice(0, 100)}\`.${hint}`, {
    details: { parameter: 'dataset' },
  })
}

export async function resolveVersion(
  context: Context,
  tenant: string,
  reference: string | DatasetReference,
): Promise<ResolvedVersion> {
  const asked = typeof reference === 'string' ? parseReference(reference) : reference
  const dataset = await getDataset(context, tenant, asked.dataset)
  const { version, branch } = await findRevision(context, dataset, asked.revision)
  const definition = await definitionOf(context, dataset, version)
  if (asked.split !== undefined) checkSplit(definition, asked)
  return { dataset, version, split: asked.split, branch, definition }
}

export function checkSplit(definition: Definition, reference: DatasetReference): void {
  const parts = Object.keys(definition.splits?.parts ?? {})
  if (reference.split === undefined || parts.includes(reference.split)) return
  const there =
    parts.length === 0
      ? 'it has none: define `splits`, and publish a version under them'
      : `it has ${parts.join(', ')}`
  throw new Failure('not_found', `${formatReference(reference)} names a split that is not there; ${there}.`, {
    details: { parameter: 'split' },
  })
}

export async function definitionOf(
  { database }: Context,
  dataset: Dataset,
  version: DatasetVersion,
): Promise<Definition> {
  const { definitionHash } = version.manifest
  if (definitionHash === dataset.definition.hash) return dataset.definition.parsed
  const record = await findDefinition(database, dataset.id, definitionHash)
  if (!record) throw new Error(`The definition ${definitionHash} of ${dataset.id} is gone.`)
  return parseDefinition(record.text)
}

/** A branch or a tag first: their names cannot be numbers or ids. */
export async function findRevision(
  { database }: Context,
  dataset: Dataset,
  revision: string,
): Promise<{ version: DatasetVersion; branch: string | undefined }> {
  if (/^\d{1,7}$/.test(revision)) {
    const version = await findVersionByNumber(database, dataset.id, Number(revision))
    if (version) return { version, branch: undefined }
  }
  const ref = await findRef(database, dataset.id, revision)
  if (ref) {
    const version = await findVersion(database, dataset.tenant, ref.versionId)
    if (version) return { version, branch: ref.kind === 'branch' ? ref.name : undefined }
  }
  if (/^[0-9a-f]{8,64}$/.test(revision)) {
    const [version, other] = await findVersionsByPrefix(database, dataset.id, revision)
    if (version && !other) return { version, branch: undefined }
    if (other)
      throw new Failure(
        'invalid_request',
        `More than one version of \`${dataset.name}\` begins with ${revision}. Write more digits.`,
      )
  }
  throw await noSuchRevision({ database }, dataset, revision)
}

async function noSuchRevision({ database }: Context, dataset: Dataset, revision: string): Promise<Failure> {
  const refs = await listRefs(database, dataset.id)
  const names = refs.map(({ name }) => name)
  const details = { parameter: 'version' }
  if (names.length === 0)
    return new Failure(
      'not_found',
      `The dataset \`${dataset.name}\` has no version yet. Import rows, or commit some.`,
      { details },
    )
  const nearest = nearestName(revision, names)
  const hint = nearest
    ? ` Did you mean \`${nearest}\`?`
    : ` It has ${names.slice(0, 10).join(', ')}${names.length > 10 ? ' …' : ''}, and versions by number.`
  return new Failure('not_found', `The dataset \`${dataset.name}\` has no \`${revision}\`.${hint}`, {
    details,
  })
}
