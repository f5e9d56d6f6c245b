import { z } from 'zod'
import { Failure } from '../../../foundation/platform/index.ts'
import { findAttributes } from '../counterfactuals/find-attributes.ts'
import { formsInLanguage, readyAttributes } from '../counterfactuals/row-forms.ts'
import type { Row } from '../dataset.ts'
import type { KeyedRow, ResolvedVersion } from '../datasets.ts'
import type { DatasetsContext } from '../datasets-context.ts'
import { columnName, columnsOfRole } from '../definition.ts'
import type { TaskKind } from '../task.ts'
import { drawRows, planRebalance, reweigh } from './mitigation.ts'
import { readSlices, rowsWithin, sliceColumns } from './read-slices.ts'
import { conditionWord, crossing } from './slice-sql.ts'

export const mitigateBody = z.strictObject({
  method: z
    .enum(['reweigh', 'undersample', 'oversample', 'augment'])
    .describe(
      '`reweigh` writes a weight into a column; `undersample` and `oversample` leave rows out or repeat them; `augment` adds rows with words of other groups.',
    ),
  branch: z.string().min(1).max(100).default('main'),
  onto: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('The branch that gets the version, made where it is new; `branch` by default.'),
  slices: z
    .array(columnName)
    .min(1)
    .max(5)
    .optional()
    .describe('By default the columns with the role `slice` and the `slices` of the definition.'),
  label: columnName.optional().describe('By default the column with the role `label`.'),
  weight: columnName.default('weight').describe('The column that `reweigh` writes.'),
  attributes: z.array(z.string()).min(1).max(20).default(['gender']).describe('What `augment` swaps.'),
  message: z.string().max(2_000).optional(),
})
const parameters = mitigateBody.extend({ dataset: z.string(), parent: z.string() })

export const mitigateKind = 'mitigate-bias'
/** All rows that change pass through memory once. */
const mostRows = 200_000

interface Changes {
  readonly upserts: readonly Row[]
  readonly deletes: readonly string[]
  readonly says: string
}

/** Publishes a version whose slices and labels hang together less, as a step that says what it did. */
export function createMitigate(context: DatasetsContext): TaskKind<z.infer<typeof parameters>> {
  return {
    kind: mitigateKind,
    parameters,
    async run(given, { caller, signal, progress }) {
      const { dataset, parent, method, branch, onto = branch } = given
      const door = context.door()
      const version = await door.resolve(caller.tenant, `${dataset}@${parent}`)
      if (version.version.manifest.rows > mostRows)
        throw new Failure(
          'invalid_request',
          `The version has ${version.version.manifest.rows} rows; ${mostRows} can be worked on at once. Take a sample, or a split, as a dataset of its own.`,
        )
      const rows: KeyedRow[] = []
      for await (const row of door.scanRows(version, { signal })) rows.push(row)
      progress(0.4, 'choosing rows')
      const changes =
        method === 'augment'
          ? augment(version, rows, given.attributes)
          : await rebalance(context, version, rows, given, signal)
      const published = await door.commit({
        caller,
        dataset,
        branch: onto,
        parent,
        upserts: changes.upserts,
        deletes: changes.deletes,
        message: given.message ?? changes.says,
        source: { kind: 'derived', of: parent, by: mitigateKind, parameters: describe(given) },
        signal,
        progress: (share, step) => progress(0.5 + share * 0.5, step),
      })
      const { added, changed, removed } = published
      return {
        version: published.version.id,
        number: published.version.number,
        added,
        changed,
        removed,
        says: changes.says,
      }
    },
  }
}

function describe({ method, slices, label, weight, attributes }: z.infer<typeof parameters>) {
  return {
    method,
    slices: slices ?? null,
    label: label ?? null,
    ...(method === 'reweigh' && { weight }),
    ...(method === 'augment' && { attributes }),
  }
}

async function rebalance(
  context: DatasetsContext,
  version: ResolvedVersion,
  rows: readonly KeyedRow[],
  given: z.infer<typeof parameters>,
  signal: AbortSignal,
): Promise<Changes> {
  const { columns, conditions, label } = sliceColumns(version, given)
  if (label === undefined)
    throw new Failure('invalid_request', 'No column has the role `label`: name one in `label`.', {
      details: { parameter: 'label' },
    })
  const counts = await readSlices(context, version, { columns, conditions, label }, signal)
  const within = await rowsWithin(context.door(), version, conditions, signal)
  const textOf = (value: unknown): string =>
    value === null || value === undefined ? 'null' : typeof value === 'string' ? value : JSON.stringify(value)
  const sliceOf = ({ key, row }: KeyedRow): string =>
    columns
      .map(name => {
        const keys = within.get(name)
        return keys ? conditionWord(name, keys.has(key)) : textOf(row[name])
      })
      .join(crossing)
  if (given.method === 'reweigh') {
    const weigh = reweigh(counts)
    const upserts = rows.map(keyed => ({
      ...keyed.row,
      [given.weight]: Number(weigh(sliceOf(keyed), textOf(keyed.row[label])).toFixed(6)),
    }))
    return {
      upserts,
      deletes: [],
      says: `Weigh rows so that ${label} does not depend on ${columns.join(' × ')}`,
    }
  }
  const cells = Map.groupBy(rows, keyed => `${sliceOf(keyed)}\u0001${textOf(keyed.row[label])}`)
  const plan = planRebalance(counts, given.method === 'undersample' ? 'under' : 'over')
  const upserts: Row[] = []
  const deletes: string[] = []
  for (const { slice, label: value, wanted } of plan) {
    const members = cells.get(`${slice}\u0001${value}`) ?? []
    const times = drawRows(
      members.map(({ key }) => key),
      wanted,
      given.dataset,
    )
    for (const member of members) {
      const often = times.get(member.key) ?? 0
      if (often === 0) deletes.push(member.key)
      for (let copy = 2; copy <= often; copy += 1)
        upserts.push(withNewKey(version, member.row, `copy-${copy}`))
    }
  }
  const what = given.method === 'undersample' ? 'Leave rows out' : 'Repeat rows'
  return { upserts, deletes, says: `${what} so that ${label} does not depend on ${columns.join(' × ')}` }
}

function augment(version: ResolvedVersion, rows: readonly KeyedRow[], names: readonly string[]): Changes {
  const columns = columnsOfRole(version.definition, 'input')
  if (columns.length === 0)
    throw new Failure(
      'invalid_request',
      'No column has the role `input`: give one the role in the definition.',
    )
  const ready = readyAttributes(findAttributes(names))
  const upserts: Row[] = []
  for (const { key, row } of rows) {
    if (row['augmented_from'] !== undefined && row['augmented_from'] !== null) continue
    for (const languages of ready.values()) {
      const forms = formsInLanguage(row, columns, languages)
      if (typeof forms === 'string') continue
      const { attribute } = forms
      for (const [group, form] of forms.rows.entries()) {
        if (group === forms.origin) continue
        const augmentation = `${attribute.name}:${attribute.groups[group] ?? group}`
        const made = { ...form, augmented_from: key, augmentation }
        upserts.push(withNewKey(version, made, augmentation))
      }
    }
  }
  return {
    upserts,
    deletes: [],
    says: `Add ${upserts.length} rows with words of other groups (${names.join(', ')})`,
  }
}

/** The row under another key, where rows have one; without, a row that is there twice is two rows. */
function withNewKey({ version, dataset }: ResolvedVersion, row: Row, suffix: string): Row {
  const { key, columns } = version.manifest.schema
  if (key.length === 0) return row
  const [name = ''] = key
  if (key.length > 1 || columns.find(column => column.name === name)?.type !== 'string')
    throw new Failure(
      'invalid_request',
      `The key of \`${dataset.name}\` is ${key.map(one => `\`${one}\``).join(', ')}: rows are only added where it is one column of texts, or there is none.`,
    )
  return { ...row, [name]: `${String(row[name])}~${suffix}` }
}
