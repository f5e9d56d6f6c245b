import { Failure } from '../../foundation/platform/index.ts'
import type { Column, DatasetSchema, DatasetVersion } from './dataset.ts'
import type { DatasetCaller, Published } from './datasets.ts'
import type { DatasetsContext } from './datasets-context.ts'
import { findRevision, getDataset } from './find-dataset.ts'
import { mergeSchema } from './merge-schema.ts'
import { publish } from './publish.ts'
import { holdVersions } from './segments/version-files.ts'
import { findCommonAncestor, findVersion } from './stores/version-store.ts'
import { emptyFiles, type MergeConflict } from './worker/stage-merge.ts'

export interface MergeOptions {
  readonly caller: DatasetCaller
  readonly dataset: string
  /** A branch, or any other revision. */
  readonly from: string
  /** The branch that moves. */
  readonly into: string
  readonly favour?: 'ours' | 'theirs' | undefined
  readonly message?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly progress?: ((share: number, step: string) => void) | undefined
}

export type Merged =
  | { readonly kind: 'merged'; readonly published: Published }
  /** There is nothing in it that the branch lacks. */
  | { readonly kind: 'up-to-date' }
  | { readonly kind: 'conflicts'; readonly count: number; readonly shown: readonly MergeConflict[] }

const mostConflicts = 100

/** Merges a revision into a branch by key. Where both have changed the same, it says so and does nothing. */
export async function mergeBranch(context: DatasetsContext, options: MergeOptions): Promise<Merged> {
  const { database, cache } = context
  const { caller, from, into, favour, signal } = options
  const { tenant } = caller
  const dataset = await getDataset(context, tenant, options.dataset)
  const { version: theirs } = await findRevision(context, dataset, from)
  const { version: ours, branch } = await findRevision(context, dataset, into)
  if (branch === undefined)
    throw new Failure(
      'invalid_request',
      `\`${into}\` is no branch of \`${dataset.name}\`; only branches move.`,
      {
        details: { parameter: 'into' },
      },
    )
  const baseId = await findCommonAncestor(database, ours.id, theirs.id)
  if (baseId === theirs.id) return { kind: 'up-to-date' }
  const base = baseId === undefined ? undefined : await findVersion(database, tenant, baseId)
  let found: Merged | undefined
  const sideOf = ({ id, manifest }: DatasetVersion) => ({ id, tenant, manifest })
  const published = await holdVersions(
    cache,
    [sideOf(ours), sideOf(theirs), ...(base ? [sideOf(base)] : [])],
    async ([ourFiles, theirFiles, baseFiles]) => {
      return await publish(
        context,
        {
          caller,
          dataset: dataset.name,
          branch,
          parent: ours.id,
          message: options.message ?? `Merge ${from} into ${into}`,
          source: { kind: 'merge', of: theirs.id },
          signal,
          progress: options.progress,
        },
        async (_, folder) => {
          const schema = mergeSchemas(
            base?.manifest.schema,
            ours.manifest.schema,
            theirs.manifest.schema,
            dataset.definition.parsed,
          )
          const staged = await context.runTask(
            'stage-merge',
            {
              base: baseFiles ?? emptyFiles(schema),
              ours: ourFiles,
              theirs: theirFiles,
              schema,
              favour,
              folder,
              mostConflicts,
            },
            { signal },
          )
          if (staged.conflicts > 0) {
            found = { kind: 'conflicts', count: staged.conflicts, shown: staged.shown }
            throw new HasConflicts()
          }
          return {
            schema,
            mode: 'upsert',
            otherParent: theirs.id,
            staged:
              staged.upsertsFile === undefined
                ? undefined
                : {
                    kind: 'parquet',
                    file: staged.upsertsFile,
                    columns: staged.columns,
                    hasCopies: schema.key.length === 0,
                  },
            deletesFile: staged.deletesFile,
          }
        },
      )
    },
    signal,
  ).catch((error: unknown) => {
    if (error instanceof HasConflicts) return undefined
    throw error
  })
  if (published) return { kind: 'merged', published }
  return found ?? { kind: 'up-to-date' }
}

/** Ends a publication before it begins. */
class HasConflicts extends Error {}

/** A column that one side has dropped is dropped; one that one side has added is added. */
function mergeSchemas(
  base: DatasetSchema | undefined,
  ours: DatasetSchema,
  theirs: DatasetSchema,
  definition: Parameters<typeof mergeSchema>[0]['definition'],
): DatasetSchema {
  const names = ({ columns }: DatasetSchema): Set<string> => new Set(columns.map(({ name }) => name))
  const [before, left, right] = [base ? names(base) : new Set<string>(), names(ours), names(theirs)]
  const stays = ({ name }: Column): boolean => !before.has(name) || (left.has(name) && right.has(name))
  return mergeSchema({
    before: { ...ours, columns: ours.columns.filter(stays) },
    columns: theirs.columns.filter(stays),
    definition,
    isWhole: false,
  })
}
