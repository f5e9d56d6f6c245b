import { z } from 'zod'
import { Failure } from '../../../foundation/platform/index.ts'
import type { Row, RowKey } from '../dataset.ts'
import type { Datasets, ResolvedVersion } from '../datasets.ts'
import { columnName } from '../definition.ts'
import type { TaskKind } from '../task.ts'
import { consensusMethods } from './compute-consensus.ts'
import { baseOf, toCell } from './decision-base.ts'
import { annotatorsParameters } from './label-parameters.ts'
import type { RowConsensus } from './label-tasks.ts'
import { planAnnotators } from './label-work.ts'
import { readPart } from './read-part.ts'

export const consensusBody = z.strictObject({
  method: z
    .enum(consensusMethods)
    .default('dawid-skene')
    .describe('`dawid-skene` counts who is good for more; `majority` counts heads.'),
  least: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('What is less certain is left empty: the posterior, or the share of the votes.'),
  column: columnName
    .default('consensus')
    .describe('Gets the label; beside it `…_certainty` and `…_annotators`, how many labelled the item.'),
  branch: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('That the version is published on; a new one that begins at the version looked at by default.'),
  message: z.string().max(2_000).optional(),
})

const parameters = consensusBody.extend({
  report: z.string(),
  dataset: z.string(),
  version: z.string(),
  split: z.string().optional(),
  options: annotatorsParameters,
})

export const consensusKind = 'publish-consensus'
/** All rows that change pass through memory once. */
const mostRows = 200_000

/** Writes what each item most likely is beside its labels, as a version. The same labels give the same version. */
export function createPublishConsensus(datasets: Datasets): TaskKind<z.infer<typeof parameters>> {
  return {
    kind: consensusKind,
    parameters,
    async run(given, { caller, signal, progress }) {
      const { dataset, split, options, method, least, column } = given
      const version = await datasets.resolve(caller.tenant, { dataset, revision: given.version, split })
      const { shape } = planAnnotators(version, options)
      const found = await datasets.withFiles(
        [version],
        async ([files]) =>
          await datasets.runTask(
            'read-consensus',
            { ...readPart(version, files, options.where), shape, method, least, mostRows },
            { signal, progress: (share, step) => progress(share * 0.4, step) },
          ),
        signal,
      )
      const branch = given.branch ?? `consensus-${given.report.slice(-8)}`
      const place = { tenant: caller.tenant, dataset, versionId: version.version.id }
      const base = await baseOf(datasets, place, branch)
      checkBase(base, version, { branch, column })
      const label = shape.kind === 'wide' ? shape.columns[0] : shape.label
      const changes = await rowsWith(datasets, base, found.rows, { column, label, signal })
      const items = `${found.items} items`
      const empty = found.undecided === 0 ? '' : `, ${found.undecided} of them undecided`
      const published = await datasets.commit({
        caller,
        dataset,
        branch,
        parent: base.version.id,
        ...changes,
        message: given.message ?? `The consensus of ${items} by ${method}${empty}`,
        source: {
          kind: 'derived',
          of: version.version.id,
          by: consensusKind,
          parameters: { report: given.report, method, least, column },
        },
        signal,
        progress: (share, step) => progress(0.5 + share * 0.5, step),
      })
      return {
        version: published.version.id,
        number: published.version.number,
        branch,
        is_new: published.isNew,
        items: found.items,
        undecided: found.undecided,
        rows: found.rows.length,
      }
    },
  }
}

/** The branch is at the version looked at, or at what was made of it in this way before; else rows may be others by now. */
function checkBase(
  base: ResolvedVersion,
  { version, dataset }: ResolvedVersion,
  { branch, column }: { readonly branch: string; readonly column: string },
): void {
  const { source, schema } = base.version.manifest
  const isAgain = source.kind === 'derived' && source.by === consensusKind && source.of === version.id
  if (base.version.id !== version.id && !isAgain)
    throw new Failure(
      'conflict',
      `\`${branch}\` has moved on from version ${version.number}: publish on a branch of its own, and merge it (\`slipway dataset merge ${dataset.name} BRANCH --into ${branch}\`).`,
      { details: { parameter: 'branch' } },
    )
  const taken = namesOf(column).find(name => schema.columns.some(one => one.name === name))
  if (taken !== undefined && !isAgain)
    throw new Failure(
      'invalid_request',
      `There is a column \`${taken}\` already. Name another in \`column\`.`,
      {
        details: { parameter: 'column' },
      },
    )
}

function namesOf(column: string): [label: string, certainty: string, annotators: string] {
  return [column, `${column}_certainty`, `${column}_annotators`]
}

async function rowsWith(
  datasets: Datasets,
  base: ResolvedVersion,
  consensus: readonly RowConsensus[],
  {
    column,
    label,
    signal,
  }: { readonly column: string; readonly label: string | undefined; readonly signal: AbortSignal },
): Promise<{ readonly upserts: Row[]; readonly deletes: RowKey[] }> {
  const { key, columns } = base.version.manifest.schema
  const type = columns.find(({ name }) => name === label)?.type
  const [asLabel, asCertainty, asAnnotators] = namesOf(column)
  const byKey = new Map(consensus.map(one => [one.key, one]))
  const upserts: Row[] = []
  /** Rows without a key are named by what they hold: with more columns it is another row, and the old one goes. */
  const deletes: RowKey[] = []
  for await (const { key: name, row } of datasets.scanRows(base, { signal })) {
    const found = byKey.get(name)
    if (!found) continue
    upserts.push({
      ...row,
      [asLabel]: found.label === null ? null : toCell(found.label, type),
      [asCertainty]: Number(found.certainty.toFixed(6)),
      [asAnnotators]: found.annotators,
    })
    if (key.length === 0) deletes.push(name)
  }
  return { upserts, deletes }
}
