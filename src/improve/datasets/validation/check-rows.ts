import type { VersionFiles } from '../datasets.ts'
import type { Definition } from '../definition.ts'
import { computeProfile } from '../profile/compute-profile.ts'
import type { DatasetProfile } from '../profile/profile.ts'
import { lockDown } from '../worker/open-duckdb.ts'
import { splitOf } from '../worker/sql.ts'
import type { DataTaskContext } from '../worker/tasks.ts'
import { checkConditions } from '../slices/slice-sql.ts'
import { findColumn } from './cells.ts'
import { codeOf } from '../kept/kept-files.ts'
import { filesToRead, foldersToKeepIn, openVersionRows } from './open-rows.ts'
import { readRules } from './read-rules.ts'
import type { CheckReport } from './report.ts'
import type { RowsView } from './rule.ts'
import { runChecks } from './run-checks.ts'
import type { TextDetectors, TextDetectorsModule } from './text-detectors.ts'

export interface CheckRows {
  readonly files: VersionFiles
  readonly parent?: VersionFiles | undefined
  readonly others: readonly {
    readonly reference: string
    readonly files: VersionFiles
  }[]
  readonly definition: Definition
  /** Address of the module with the detectors. */
  readonly detectors: string
}

export interface CheckedRows {
  readonly profile: DatasetProfile
  readonly report: CheckReport
}

/** Profiles a version, and holds it to the rules of its definition. */
export async function checkRows(
  parameters: CheckRows,
  { duckdb, scratch, signal, progress }: DataTaskContext,
): Promise<CheckedRows> {
  const { files, parent, others, definition } = parameters
  const { textDetectors } = (await import(parameters.detectors)) as TextDetectorsModule
  const rows = await openVersionRows(duckdb, 'rows', files)
  const parentRows = parent && (await openVersionRows(duckdb, 'parent', parent))
  const opened = new Map<string, RowsView>()
  for (const [index, other] of others.entries())
    opened.set(other.reference, await openVersionRows(duckdb, `other ${index}`, other.files))
  await lockDown(
    duckdb,
    filesToRead([files, ...(parent ? [parent] : []), ...others.map(other => other.files)]),
    foldersToKeepIn(files),
  )
  return await checkOpened({
    definition,
    detectors: textDetectors,
    context: {
      duckdb,
      scratch,
      signal,
      rows,
      parent: parentRows,
      others: opened,
      code: await codeOf(parameters.detectors),
    },
    progress,
  })
}

/** Profile and report of rows that are open, on a connection that user's SQL cannot leave. */
export async function checkOpened({
  definition,
  detectors,
  context,
  progress,
}: {
  readonly definition: Definition
  readonly detectors: TextDetectors
  readonly context: Pick<
    Parameters<typeof runChecks>[1],
    'duckdb' | 'scratch' | 'signal' | 'rows' | 'parent' | 'others' | 'code'
  >
  readonly progress: (share: number, step: string) => void
}): Promise<CheckedRows> {
  const { rules } = readRules(definition, detectors)
  const { splits, slices } = definition
  const { schema } = context.rows
  await checkConditions(context.duckdb, context.rows.view, slices, schema)
  const deciding = splits?.by === undefined ? schema.key : [splits.by].flat()
  const canSplit = splits !== undefined && deciding.every(name => findColumn(schema, name))
  const splitExpression = canSplit ? splitOf(splits, schema) : undefined
  const roles = new Map(
    Object.entries(definition.columns).flatMap(([name, { role }]) => (role ? [[name, role] as const] : [])),
  )
  const profile = await computeProfile({
    duckdb: context.duckdb,
    rows: context.rows,
    roles,
    splitExpression,
    signal: context.signal,
    code: context.code,
    progress: (share, step) => progress(share * 0.3, step),
  })
  const report = await runChecks(
    rules,
    { ...context, splits, slices, splitExpression, detectors },
    (share, step) => progress(0.3 + share * 0.7, step),
  )
  return { profile, report }
}
