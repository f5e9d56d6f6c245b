import { createId, Failure } from '../../foundation/platform/index.ts'
import { modelName } from './definition.ts'
import { objectName, storeFolder } from './files/store-file.ts'
import { getHeldModel, getModel, resolveVersion } from './find-model.ts'
import { describeFiles, detectFormat } from './headers/describe-files.ts'
import { writeManifest } from './manifest.ts'
import { createModel } from './change-model.ts'
import type { ModelFile, ModelLineage, ModelVersion } from './model.ts'
import { actorOfCaller, noteEvent } from './note-event.ts'
import type { GivenLineage, ModelRegistry, NewVersion, PublishedVersion } from './registry.ts'
import type { RegistryContext } from './registry-context.ts'
import { findModel } from './stores/model-store.ts'
import { findObject, useObjects } from './stores/object-row-store.ts'
import { findSameVersion, insertLineage, insertVersion, type LineageRow } from './stores/version-store.ts'

/** What pins and lineage call a version. */
export function versionSubject(model: string, number: number): string {
  return `${model}@${number}`
}

export async function publishFolder(
  context: RegistryContext,
  options: Parameters<ModelRegistry['publishFolder']>[0],
): Promise<PublishedVersion> {
  const { folder, signal, progress, ...version } = options
  checkName(version.model)
  const files = await storeFolder(context, version.caller.tenant, folder, {
    signal,
    progress: (share, step) => progress?.(share * 0.9, step),
  })
  progress?.(0.9, 'makes the version')
  return await publishFiles(context, { ...version, files })
}

/** Makes a version of stored files. Until its one transaction nothing of it is visible, and what is staged is collected later. */
export async function publishFiles(
  context: RegistryContext,
  options: NewVersion & { readonly files: readonly ModelFile[] },
): Promise<PublishedVersion> {
  const { caller } = options
  const { tenant } = caller
  checkName(options.model)
  checkMetrics(options.metrics ?? {})
  const format = options.format ?? detectFormat(options.files)
  const { manifest, text, digest } = writeManifest(format, options.files)
  const known = await findStored(context, tenant, manifest.files)
  const facts = await describeFiles(context, tenant, format, known)
  const { lineage, rows } = await findLineage(context, tenant, options.lineage)
  if (!(await findModel(context.database, tenant, options.model)))
    await createModel(context, caller, { name: options.model }).catch((error: unknown) => {
      // somebody else has just made it
      if (!(error instanceof Failure) || error.code !== 'conflict') throw error
    })
  const model = await getModel(context, tenant, options.model)
  const now = new Date(context.now())
  const id = createId()
  // pins come first: a pin without a version is harmless, a version without its pins is not
  for (const { version: versionId } of lineage.datasets)
    await context.ports.datasets.pin({
      tenant,
      versionId,
      subject: options.model,
      why: `Versions of the model ${options.model} come from it.`,
    })
  const published = await context.database.transaction(async transaction => {
    const held = await getHeldModel(transaction, tenant, model.name)
    if (options.isAlwaysNew !== true) {
      const same = await findSameVersion(transaction, held.id, digest, lineage)
      if (same) return { version: same, isNew: false }
    }
    const objects = known.map(({ sha256 }) => objectName(sha256))
    const missing = await useObjects(transaction, tenant, objects, { kind: 'version', subject: id })
    if (missing.length > 0)
      throw notStored(known.find(({ sha256 }) => missing.includes(objectName(sha256)))?.path)
    const made: Omit<ModelVersion, 'number' | 'model'> = {
      id,
      modelId: held.id,
      tenant,
      digest,
      manifest,
      format,
      bytes: known.reduce((sum, { bytes }) => sum + bytes, 0),
      facts,
      lineage,
      metrics: options.metrics ?? {},
      source: options.source,
      tags: options.tags ?? {},
      description: options.description ?? '',
      author: caller.author,
      authorKey: actorOfCaller(caller).id,
      createdAt: now,
    }
    const number = await insertVersion(transaction, { ...made, manifestText: text })
    await insertLineage(transaction, { id, tenant }, rows)
    await noteEvent(context, transaction, caller, held, {
      kind: 'create-version',
      version: number,
      digest,
      reason: options.reason,
      evidence: options.evidence,
      details: { source: options.source, lineage },
      after: { number, digest },
    })
    return { version: { ...made, number, model: held.name }, isNew: true }
  })
  context.onChange({ kind: 'version', outcome: published.isNew ? 'new' : 'same', format })
  return published
}

/** The files with the sizes that are stored, so that nobody can make one up. */
async function findStored(
  context: RegistryContext,
  tenant: string,
  files: readonly ModelFile[],
): Promise<ModelFile[]> {
  const found: ModelFile[] = []
  for (const file of files) {
    const object = await findObject(context.database, {
      tenant,
      object: objectName(file.sha256),
      now: new Date(context.now()),
    })
    if (!object) throw notStored(file.path)
    if (object.bytes !== file.bytes)
      throw new Failure('invalid_request', `${file.path} has ${object.bytes} bytes, not ${file.bytes}.`, {
        details: { parameter: 'files' },
      })
    found.push(file)
  }
  return found
}

async function findLineage(
  context: RegistryContext,
  tenant: string,
  given: GivenLineage = {},
): Promise<{ lineage: ModelLineage; rows: LineageRow[] }> {
  const datasets = await Promise.all(
    (given.datasets ?? []).map(async ({ reference, split, role = 'training' }) => {
      const { name, id, number } = await context.ports.datasets.resolve(tenant, reference)
      return { name, version: id, number, role, ...(split !== undefined && { split }) }
    }),
  )
  const models = await Promise.all(
    (given.models ?? []).map(async ({ reference, role }) => ({
      role,
      version: await resolveVersion(context, tenant, reference),
    })),
  )
  const runs = (given.runs ?? []).map(({ kind, id }) => ({ kind, id }))
  return {
    lineage: {
      datasets,
      runs,
      models: models.map(({ role, version }) => ({ model: version.model, version: version.number, role })),
    },
    rows: [
      ...datasets.map(({ name, version, number, role, split }) => ({
        kind: 'dataset' as const,
        subject: version,
        role,
        label: `${name}@${number}${split === undefined ? '' : `:${split}`}`,
      })),
      ...runs.map(({ kind, id }) => ({
        kind: 'run' as const,
        subject: `${kind}:${id}`,
        role: kind,
        label: `${kind} ${id}`,
      })),
      ...models.map(({ role, version }) => ({
        kind: 'model' as const,
        subject: version.id,
        role,
        label: versionSubject(version.model, version.number),
      })),
    ],
  }
}

function checkName(name: string): void {
  const parsed = modelName.safeParse(name)
  if (parsed.success) return
  throw new Failure(
    'invalid_request',
    `${JSON.stringify(name.slice(0, 100))} is no name of a model: it ${parsed.error.issues[0]?.message ?? 'is not valid'}.`,
    { details: { parameter: 'model' } },
  )
}

function checkMetrics(metrics: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(metrics))
    if (!Number.isFinite(value))
      throw new Failure('invalid_request', `The metric ${name.slice(0, 100)} is no finite number.`, {
        details: { parameter: 'metrics' },
      })
}

function notStored(path: string | undefined): Failure {
  return new Failure('not_found', `${path ?? 'A file'} is not stored. Send it first.`, {
    details: { parameter: 'files' },
  })
}
