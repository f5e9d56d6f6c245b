import { Failure } from '../../../foundation/platform/index.ts'
import type { Datasets, ResolvedVersion } from '../datasets.ts'
import type { DatasetsContext } from '../datasets-context.ts'
import { columnsOfRole } from '../definition.ts'
import type { SliceCount } from './representation.ts'
import type { SliceConditions } from './slice-sql.ts'

/** What a version is sliced by, and its label. */
export interface SliceColumns {
  /** Columns, and names of conditions that the definition declares under `slices`; crossed. */
  readonly columns: readonly string[]
  /** Those of them that are conditions. */
  readonly conditions: SliceConditions
  readonly label: string | undefined
}

/** Those that are named, or that the definition says; throws `invalid_request` where there is none, or no such column. */
export function sliceColumns(
  version: ResolvedVersion,
  named: { readonly slices?: readonly string[] | undefined; readonly label?: string | undefined },
): SliceColumns {
  const { columns: known } = version.version.manifest.schema
  const { slices: declared } = version.definition
  const columns = named.slices ?? [...columnsOfRole(version.definition, 'slice'), ...Object.keys(declared)]
  const [label] = named.label === undefined ? columnsOfRole(version.definition, 'label') : [named.label]
  if (columns.length === 0)
    throw new Failure(
      'invalid_request',
      `No column of \`${version.dataset.name}\` has the role \`slice\`, and its definition declares no \`slices\`. Give it either, or name columns in \`slices\`.`,
      { details: { parameter: 'slices' } },
    )
  const isColumn = (name: string): boolean => known.some(column => column.name === name)
  for (const name of [...columns, ...(label === undefined ? [] : [label])])
    if (!isColumn(name) && (name === label || declared[name] === undefined))
      throw new Failure(
        'invalid_request',
        `There is no column \`${name.slice(0, 60)}\`; there are ${[...known.map(column => column.name), ...Object.keys(declared)].join(', ')}.`,
        { details: { parameter: name === label ? 'label' : 'slices' } },
      )
  return { columns, conditions: conditionsOf(version, columns), label }
}

/** Those of the names that are conditions. */
export function conditionsOf(
  { definition, version }: Pick<ResolvedVersion, 'definition' | 'version'>,
  names: readonly string[],
): Record<string, string> {
  const columns = new Set(version.manifest.schema.columns.map(({ name }) => name))
  return Object.fromEntries(
    names.flatMap(name => {
      const condition = definition.slices[name]
      return condition === undefined || columns.has(name) ? [] : [[name, condition]]
    }),
  )
}

/** How many rows, and of which labels, each slice of a version has. */
export async function readSlices(
  context: Pick<DatasetsContext, 'door' | 'runTask'>,
  version: ResolvedVersion,
  { columns, conditions, label }: SliceColumns,
  signal: AbortSignal,
): Promise<SliceCount[]> {
  return await context.door().withFiles(
    [version],
    async ([files]) => {
      return await context.runTask(
        'count-slices',
        { files, columns, conditions, label },
        { weight: 'light', signal },
      )
    },
    signal,
  )
}

/** The keys of the rows for which each condition holds. */
export async function rowsWithin(
  datasets: Pick<Datasets, 'scanRows'>,
  version: ResolvedVersion,
  conditions: SliceConditions,
  signal: AbortSignal,
): Promise<Map<string, Set<string>>> {
  const { key, columns } = version.version.manifest.schema
  const least = key.length > 0 ? key : columns.slice(0, 1).map(({ name }) => name)
  const within = new Map<string, Set<string>>()
  for (const [name, where] of Object.entries(conditions)) {
    const keys = new Set<string>()
    for await (const row of datasets.scanRows(version, { columns: least, where, limit: 5_000, signal }))
      keys.add(row.key)
    within.set(name, keys)
  }
  return within
}
