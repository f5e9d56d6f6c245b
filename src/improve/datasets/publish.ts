import { createId, Failure } from '../../foundation/platform/index.ts'
import type { CheckSummary, DatasetSchema, DatasetVersion, Segment, VersionManifest } from './dataset.ts'
import type {
  Candidate,
  Dataset,
  Published,
  PublishOptions,
  ResolvedVersion,
  VersionFiles,
} from './datasets.ts'
import type { DatasetsContext } from './datasets-context.ts'
import { type Contents, findContents } from './files/find-contents.ts'
import type { StagedPack } from './files/pack-index.ts'
import { definitionOf, getDataset } from './find-dataset.ts'
import { contentHashOf, writeManifest } from './manifest.ts'
import { checkRefName } from './reference.ts'
import { holdVersions, objectsOf } from './segments/version-files.ts'
import { storeObjects } from './segments/store-objects.ts'
import { holdObjects, touchObjects } from './stores/object-row-store.ts'
import { holdPacks, insertPacks, type PackRecord } from './stores/pack-store.ts'
import { findRef, insertRef, moveBranch } from './stores/ref-store.ts'
import { insertReport } from './stores/report-store.ts'
import { findVersion, insertVersion, listVersions } from './stores/version-store.ts'
import type { StageChanges, StagedChanges, StagedFile } from './worker/stage-changes.ts'

/** Where a publication begins. */
export interface Base {
  readonly dataset: Dataset
  readonly branch: string
  /** What the branch is at now; `undefined` where it is made. */
  readonly head: string | undefined
  readonly parent: DatasetVersion | undefined
}

/** What is to be staged on top of the parent. */
export interface Work {
  readonly schema: DatasetSchema
  readonly mode: StageChanges['mode']
  readonly staged?: StageChanges['staged']
  readonly deletesFile?: string | undefined
  /** The other parent of a merge. */
  readonly otherParent?: string | undefined
  /** What was written of the contents of files. */
  readonly packs?: readonly StagedPack[] | undefined
}

/**
 * Makes a version: stages it (nothing is visible), has it checked, and moves the branch from where it was. Where the branch
 * has moved in the meantime, nothing happens but a `conflict` that says how to go on.
 */
export async function publish(
  context: DatasetsContext,
  options: PublishOptions,
  prepare: (base: Base, folder: string) => Promise<Work>,
): Promise<Published> {
  const { database, cache } = context
  const base = await findBase(context, options)
  const { dataset, parent } = base
  const { tenant } = options.caller
  const signal = options.signal ?? new AbortController().signal
  const progress = options.progress ?? (() => undefined)
  return await context.folders.with(
    async folder =>
      await holdVersions(
        cache,
        parent ? [{ id: parent.id, tenant, manifest: parent.manifest }] : [],
        async ([parentFiles]) => {
          const work = await prepare(base, folder)
          const staged = await context.runTask(
            'stage-changes',
            {
              parent: parentFiles,
              schema: work.schema,
              staged: work.staged,
              mode: work.mode,
              deletesFile: work.deletesFile,
              folder: `${folder}/new`,
            },
            { signal, progress: (share, step) => progress(share * 0.6, step) },
          )
          if (isUnchanged(base, work, staged)) {
            context.onPublished('unchanged', 0)
            return unchanged(parent)
          }
          const contentHash = contentHashOf(work.schema, staged.rowsHash)
          const files = candidateFiles(work.schema, staged, parentFiles)
          const segments = segmentsOf(staged, parent)
          const fresh = freshFiles(staged)
          const contents = dataset.definition.parsed.files
            ? await findContents(context, {
                tenant,
                files,
                fresh: work.packs ?? [],
                parents: [parent?.id, work.otherParent].filter(id => id !== undefined),
                signal,
              })
            : undefined
          const freshContents = (contents?.fresh ?? []).flatMap(({ index, pack }) =>
            pack ? [pack, index] : [index],
          )
          progress(0.6, 'stores what is new')
          const kept = segments.flatMap(segment => (segment.removed ? [segment, segment.removed] : [segment]))
          if (contents)
            await touchObjects(database, tenant, objectsOfPacks(contents.kept), new Date(context.now()))
          const storedBytes = await storeObjects(context, tenant, [...fresh, ...freshContents], kept)
          const candidate: Candidate = {
            caller: options.caller,
            dataset,
            branch: base.branch,
            files,
            contentHash,
          }
          const checked = await check(context, candidate, base, parentFiles, signal, (share, step) =>
            progress(0.65 + share * 0.3, step),
          )
          signal.throwIfAborted()
          progress(0.95, 'publishes')
          const manifest: VersionManifest = {
            format: 1,
            dataset: dataset.name,
            tenant,
            schema: work.schema,
            rows: staged.rows,
            contentHash,
            segments,
            parents: [parent?.id, work.otherParent].filter(id => id !== undefined),
            source: options.source,
            definitionHash: dataset.definition.hash,
            checks: checked?.summaries ?? [],
            author: options.caller.author,
            message: options.message,
            createdAt: new Date(context.now()).toISOString(),
          }
          const version = await enter(context, base, options, manifest, staged, checked, contents)
          // it is published: what the cache cannot take in is fetched when it is wanted
          for (const { object, file } of [...fresh, ...freshContents])
            await cache
              .adopt(tenant, object, file)
              .catch((error: unknown) =>
                context.logger.warn({ err: error }, 'A new segment could not be put into the cache.'),
              )
          context.onPublished('published', storedBytes)
          const { added, changed, removed } = staged
          return { version, isNew: true, added, changed, removed, storedBytes, reportId: checked?.reportId }
        },
        signal,
      ),
  )

  function unchanged(version: DatasetVersion | undefined): Published {
    if (!version) throw new Error('A first version was taken for unchanged.')
    return { version, isNew: false, added: 0, changed: 0, removed: 0, storedBytes: 0, reportId: undefined }
  }

  async function enter(
    { audit, now }: DatasetsContext,
    { branch, head }: Base,
    { caller }: PublishOptions,
    manifest: VersionManifest,
    { added, changed, removed }: StagedChanges,
    checked: Checked | undefined,
    contents: Contents | undefined,
  ): Promise<DatasetVersion> {
    const { id, text } = writeManifest(manifest)
    const createdAt = new Date(manifest.createdAt)
    return await database.transaction(async transaction => {
      const freshPacks = (contents?.fresh ?? []).map(({ index, pack }) => ({
        index: index.object,
        pack: pack?.object,
      }))
      const packs = [...(contents?.kept ?? []), ...freshPacks]
      const objects = [...objectsOf(manifest), ...objectsOfPacks(packs)]
      const missing = await holdObjects(transaction, tenant, objects)
      if (freshPacks.length > 0) await insertPacks(transaction, tenant, freshPacks, createdAt)
      if (packs.length > 0)
        missing.push(
          ...(await holdPacks(
            transaction,
            tenant,
            packs.map(({ index }) => index),
          )),
        )
      if (missing.length > 0)
        throw new Failure(
          'storage_unavailable',
          'A part of the version was collected while it was checked. Try again.',
        )
      const number = await insertVersion(transaction, {
        id,
        datasetId: dataset.id,
        tenant,
        manifestText: text,
        parents: manifest.parents,
        objects,
        createdAt,
      })
      if (number === 0)
        throw new Failure('not_found', `The dataset \`${dataset.name}\` was deleted meanwhile.`)
      const ref = {
        datasetId: dataset.id,
        name: branch,
        versionId: id,
        author: caller.author,
        now: createdAt,
      }
      const hasMoved =
        head === undefined
          ? await insertRef(transaction, { ...ref, kind: 'branch' })
          : await moveBranch(transaction, { ...ref, from: head })
      if (!hasMoved) throw await movedOn(context, base)
      if (checked) await insertReport(transaction, { ...checked.report, versionId: id })
      await audit.record(
        {
          actor: { id: caller.keyId ?? 'system', name: caller.author },
          action: 'dataset:publish',
          subject: `dataset:${dataset.name}@${number}`,
          tenant,
          requestId: caller.requestId,
          before: head,
          after: { id, branch, rows: manifest.rows, source: manifest.source.kind, at: now() },
        },
        transaction,
      )
      await context.tellPublished(transaction, {
        tenant,
        dataset: dataset.name,
        branch,
        versionId: id,
        number,
        rows: manifest.rows,
        added,
        changed,
        removed,
      })
      return { id, number, manifest }
    })
  }
}

function objectsOfPacks(packs: readonly PackRecord[]): string[] {
  return packs.flatMap(({ index, pack }) => (pack === undefined ? [index] : [index, pack]))
}

async function findBase(context: DatasetsContext, options: PublishOptions): Promise<Base> {
  const { database } = context
  const { tenant } = options.caller
  const branch = options.branch ?? 'main'
  const dataset = await getDataset(context, tenant, options.dataset)
  const ref = await findRef(database, dataset.id, branch)
  if (ref?.kind === 'tag')
    throw new Failure(
      'conflict',
      `\`${branch}\` is a tag of \`${dataset.name}\`; tags do not move. Name a branch.`,
    )
  const base = { dataset, branch, head: ref?.versionId }
  if (ref && options.parent !== undefined && ref.versionId !== options.parent) {
    context.onPublished('conflict', 0)
    throw await movedOn(context, { ...base, parent: await findVersion(database, tenant, options.parent) })
  }
  if (!ref) checkRefName(branch, 'branch')
  const parentId = ref?.versionId ?? options.parent
  if (parentId === undefined) {
    const [any] = await listVersions(database, dataset.id, { before: undefined, limit: 1 })
    if (any)
      throw new Failure(
        'not_found',
        `The dataset \`${dataset.name}\` has no branch \`${branch}\`. Make it first (\`slipway dataset branch ${dataset.name} ${branch}\`), or name the \`parent\` that it begins at.`,
        { details: { parameter: 'branch' } },
      )
    return { ...base, parent: undefined }
  }
  const parent = await findVersion(database, tenant, parentId)
  if (!parent || parent.manifest.dataset !== dataset.name)
    throw new Failure(
      'not_found',
      `The dataset \`${dataset.name}\` has no version ${parentId.slice(0, 64)}.`,
      {
        details: { parameter: 'parent' },
      },
    )
  return { ...base, parent }
}

async function movedOn({ database }: DatasetsContext, { dataset, branch, parent }: Base): Promise<Failure> {
  const ref = await findRef(database, dataset.id, branch)
  const from = parent ? `version ${parent.number}` : 'nothing'
  const to = ref ? `version ${ref.versionNumber} (${ref.versionId.slice(0, 12)})` : 'gone'
  const begin = parent ? ` that begins at ${parent.id.slice(0, 12)} (\`branch\` with \`parent\`)` : ''
  return new Failure(
    'conflict',
    `The branch \`${branch}\` of \`${dataset.name}\` is at ${to} and no longer at ${from}; nothing was published. Make your change on top of what is there now; or commit it to a branch of its own${begin} and merge: \`slipway dataset merge ${dataset.name} BRANCH --into ${branch}\`.`,
    { details: { parameter: 'parent', head: ref?.versionId } },
  )
}

function isUnchanged({ dataset, head, parent }: Base, work: Work, staged: StagedChanges): boolean {
  if (!parent || head === undefined || work.otherParent !== undefined) return false
  const { manifest } = parent
  return (
    staged.added + staged.changed + staged.removed === 0 &&
    contentHashOf(work.schema, staged.rowsHash) === manifest.contentHash &&
    manifest.definitionHash === dataset.definition.hash
  )
}

function freshFiles(staged: StagedChanges): StagedFile[] {
  const files = staged.segments.flatMap(({ from, removed }) => [
    ...('file' in from ? [from.file] : []),
    ...(typeof removed === 'object' ? [removed] : []),
  ])
  return [...new Map(files.map(file => [file.object, file])).values()]
}

function segmentsOf(staged: StagedChanges, parent: DatasetVersion | undefined): Segment[] {
  return staged.segments.map(({ from, removed }) => {
    const old = 'index' in from ? parent?.manifest.segments[from.index] : undefined
    const { object, rows, bytes } = 'file' in from ? from.file : (old ?? lost())
    if (removed === 'none') return { object, rows, bytes }
    if (removed !== 'kept') return { object, rows, bytes, removed: pick(removed) }
    return { object, rows, bytes, ...(old?.removed && { removed: old.removed }) }
  })
}

function pick({ object, rows, bytes }: StagedFile): { object: string; rows: number; bytes: number } {
  return { object, rows, bytes }
}

function lost(): never {
  throw new Error('A segment of the parent is not in its manifest.')
}

function candidateFiles(
  schema: DatasetSchema,
  staged: StagedChanges,
  parent: VersionFiles | undefined,
): VersionFiles {
  return {
    versionId: 'candidate',
    schema,
    rows: staged.rows,
    segments: staged.segments.map(({ from, removed }) => {
      const old = 'index' in from ? parent?.segments[from.index] : undefined
      const { file, rows } = 'file' in from ? from.file : (old ?? lost())
      const removedFile =
        typeof removed === 'object' ? removed.file : removed === 'kept' ? old?.removedFile : undefined
      return { file, rows, ...(removedFile !== undefined && { removedFile }) }
    }),
  }
}

interface Checked {
  readonly summaries: readonly CheckSummary[]
  readonly reportId: string
  readonly report: Parameters<typeof insertReport>[1]
}

/** Runs the gate; throws `checks_failed` where a check of severity `error` failed, with the report kept. */
async function check(
  context: DatasetsContext,
  candidate: Candidate,
  base: Base,
  parentFiles: VersionFiles | undefined,
  signal: AbortSignal,
  progress: (share: number, step: string) => void,
): Promise<Checked | undefined> {
  const { gate, database, now } = context
  if (!gate) return undefined
  const { dataset, parent: version } = base
  const parent: (ResolvedVersion & { files: VersionFiles }) | undefined =
    version && parentFiles
      ? {
          dataset,
          version,
          split: undefined,
          branch: base.branch,
          definition: await definitionOf(context, dataset, version),
          files: parentFiles,
        }
      : undefined
  const { profile, summaries, details } = await gate(candidate, {
    runTask: context.runTask,
    parent,
    definition: dataset.definition.parsed,
    signal,
    progress,
    datasets: context.door(),
  })
  const failed = summaries.filter(({ severity, outcome }) => severity === 'error' && outcome === 'failed')
  const report = {
    id: createId(),
    tenant: dataset.tenant,
    datasetId: dataset.id,
    branch: base.branch,
    versionId: undefined,
    contentHash: candidate.contentHash,
    isRefused: failed.length > 0,
    profile,
    summaries,
    details,
    createdAt: new Date(now()),
  }
  if (failed.length === 0) return { summaries, reportId: report.id, report }
  await insertReport(database, report)
  context.onPublished('refused', 0)
  const named = failed
    .slice(0, 5)
    .map(({ check: name, rows }) =>
      rows === undefined ? name : `${name} (${rows} ${rows === 1 ? 'row' : 'rows'})`,
    )
  throw new Failure(
    'checks_failed',
    `${failed.length === 1 ? 'A check' : `${failed.length} checks`} of severity error failed, and nothing was published: ${named.join(', ')}${failed.length > 5 ? ' …' : ''}. The report ${report.id} names the rows.`,
    { details: { parameter: 'checks', report: report.id } },
  )
}
