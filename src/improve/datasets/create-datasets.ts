import { createId, Failure } from '../../foundation/platform/index.ts'
import type {
  Dataset,
  DatasetCaller,
  Datasets,
  KeyedRow,
  ReadRowsOptions,
  ResolvedVersion,
  RowPage,
  FilesOf,
} from './datasets.ts'
import type { DatasetsContext } from './datasets-context.ts'
import { commitRows, replaceRows } from './commit-rows.ts'
import { datasetName, parseDefinition } from './definition.ts'
import { readArchive } from './files/read-archive.ts'
import { writeVersionFiles } from './files/write-version-files.ts'
import { checkSplit, getDataset, resolveVersion, toDataset } from './find-dataset.ts'
import { sha256 } from './manifest.ts'
import { holdVersions } from './segments/version-files.ts'
import { listVersions } from './stores/version-store.ts'
import {
  type DatasetRecord,
  type DefinitionRecord,
  findDataset,
  insertDataset,
  updateDefinition,
} from './stores/dataset-store.ts'
import { deletePin, insertPin } from './stores/pin-store.ts'

const usualPage = 100
const longestPage = 10_000
const pageBytes = 16 * 1024 * 1024

/** The version store over its context. */
export function createVersionStore(context: DatasetsContext, tasks: Datasets['tasks']): Datasets {
  const { database, audit, cache, now } = context

  function toDefinition(
    caller: DatasetCaller,
    name: string,
    text: string,
  ): DefinitionRecord & { description: string | undefined } {
    const { dataset, description } = parseDefinition(text, context.checkDefinition)
    if (dataset !== undefined && dataset !== name)
      throw new Failure('invalid_request', `The definition is that of \`${dataset}\`, not of \`${name}\`.`, {
        details: { parameter: 'dataset' },
      })
    return { hash: sha256(text), text, author: caller.author, createdAt: new Date(now()), description }
  }

  /** Contents are kept for versions of files alone, so a dataset stays what its first version made it. */
  async function checkKind(before: DatasetRecord, text: string): Promise<void> {
    const { files } = toDataset(before).definition.parsed
    if (parseDefinition(text, context.checkDefinition).files === files) return
    const [any] = await listVersions(database, before.id, { before: undefined, limit: 1 })
    if (!any) return
    throw new Failure(
      'invalid_request',
      `The dataset \`${before.name}\` has versions whose rows are ${files ? 'files' : 'no files'}, so \`files\` stays ${files}. Make another dataset.`,
      { details: { parameter: 'definition' } },
    )
  }

  async function record(
    caller: DatasetCaller,
    action: string,
    name: string,
    change: { before?: unknown; after?: unknown },
  ): Promise<void> {
    await audit.record({
      actor: { id: caller.keyId ?? 'system', name: caller.author },
      action,
      subject: `dataset:${name}`,
      tenant: caller.tenant,
      requestId: caller.requestId,
      ...change,
    })
  }

  async function create(
    caller: DatasetCaller,
    { name, description, definition = '' }: { name: string; description?: string; definition?: string },
  ): Promise<Dataset> {
    const check = datasetName.safeParse(name)
    if (!check.success)
      throw new Failure(
        'invalid_request',
        `A dataset's name ${check.error.issues[0]?.message ?? 'is not that'}.`,
        {
          details: { parameter: 'name' },
        },
      )
    const defined = toDefinition(caller, name, definition)
    const isNew = await insertDataset(database, {
      id: createId(),
      tenant: caller.tenant,
      name,
      description: description ?? defined.description ?? '',
      createdAt: new Date(now()),
      definition: defined,
    })
    if (!isNew)
      throw new Failure('conflict', `The tenant ${caller.tenant} has a dataset \`${name}\` already.`, {
        details: { parameter: 'name' },
      })
    await record(caller, 'dataset:create', name, { after: { name, definition: defined.hash } })
    return await getDataset(context, caller.tenant, name)
  }

  async function readRows(version: ResolvedVersion, options: ReadRowsOptions = {}): Promise<RowPage> {
    const { schema } = version.version.manifest
    const { columns, where, keys, signal } = options
    const name = options.split ?? version.split
    const unknown = columns?.find(column => !schema.columns.some(known => known.name === column))
    if (unknown !== undefined)
      throw new Failure(
        'invalid_request',
        `There is no column \`${unknown.slice(0, 60)}\`; there are ${schema.columns.map(column => column.name).join(', ')}.`,
        { details: { parameter: 'columns' } },
      )
    const { splits } = version.definition
    if (name !== undefined)
      checkSplit(version.definition, {
        dataset: version.dataset.name,
        revision: String(version.version.number),
        split: name,
      })
    const after = options.after === undefined ? undefined : readCursor(options.after)
    return await withFiles(
      [version],
      async ([files]) => {
        const page = await context.runTask(
          'read-rows',
          {
            files,
            columns,
            split: name !== undefined && splits ? { name, splits } : undefined,
            where,
            keys,
            after,
            limit: Math.min(longestPage, Math.max(1, options.limit ?? usualPage)),
            mostBytes: pageBytes,
          },
          { weight: 'light', signal },
        )
        return { rows: page.rows, next: page.next && `${page.next.segment}.${page.next.position}` }
      },
      signal,
    )
  }

  const withFiles: Datasets['withFiles'] = async (versions, work, signal) =>
    await holdVersions(
      cache,
      versions.map(({ dataset, version }) => ({
        id: version.id,
        tenant: dataset.tenant,
        manifest: version.manifest,
      })),
      // a map forgets that it gives one for each
      async files => await work(files as FilesOf<typeof versions>),
      signal,
    )

  async function* scanRows(
    version: ResolvedVersion,
    options: Omit<ReadRowsOptions, 'after'> = {},
  ): AsyncGenerator<KeyedRow> {
    let after: string | undefined
    do {
      const page = await readRows(version, { limit: 2_000, ...options, after })
      yield* page.rows
      after = page.next
    } while (after !== undefined)
  }

  return {
    create,
    find: async (tenant, name) => {
      const found = await findDataset(database, tenant, name)
      return found && toDataset(found)
    },
    get: async (tenant, name) => await getDataset(context, tenant, name),
    define: async (caller, name, text) => {
      const before = await findDataset(database, caller.tenant, name)
      if (!before) return await create(caller, { name, definition: text })
      const definition = toDefinition(caller, name, text)
      if (definition.hash !== before.definition.hash) {
        await checkKind(before, text)
        await updateDefinition(database, before.id, definition, definition.description)
        await record(caller, 'dataset:define', name, {
          before: before.definition.hash,
          after: definition.hash,
        })
      }
      return await getDataset(context, caller.tenant, name)
    },
    resolve: async (tenant, reference) => await resolveVersion(context, tenant, reference),
    readRows,
    scanRows,
    commit: async options => await commitRows(context, options),
    replace: async options => await replaceRows(context, options),
    withFiles,
    readArchive: async options => await readArchive(context, options),
    writeFiles: async (version, folder, { split = version.split, where, signal, progress } = {}) =>
      await writeVersionFiles(
        context,
        version,
        { split, where, to: { kind: 'folder', folder } },
        { signal, progress },
      ),
    withFolder: async work => await context.folders.with(work),
    runTask: context.runTask,
    pin: async pin => {
      if (await insertPin(database, { ...pin, now: new Date(now()) })) return
      throw new Failure('not_found', `The tenant ${pin.tenant} has no version ${pin.versionId.slice(0, 64)}.`)
    },
    unpin: async pin => await deletePin(database, pin),
    tasks,
  }
}

function readCursor(text: string): { segment: number; position: number } {
  const [, segment, position] = /^(\d{1,6})\.(\d{1,12})$/.exec(text) ?? []
  if (segment === undefined || position === undefined)
    throw new Failure('invalid_request', 'The cursor is none of ours. Begin at the first page.', {
      details: { parameter: 'cursor' },
    })
  return { segment: Number(segment), position: Number(position) }
}
