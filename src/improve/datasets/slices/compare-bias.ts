import { z } from 'zod'
import { Failure } from '../../../foundation/platform/index.ts'
import type { ResolvedVersion } from '../datasets.ts'
import type { DatasetsContext } from '../datasets-context.ts'
import { columnName, columnsOfRole } from '../definition.ts'
import type { TaskKind } from '../task.ts'
import { sliceColumns } from './read-slices.ts'

const revision = z.string().min(1).max(100)

export const compareBiasBody = z.strictObject({
  before: revision
    .default('main')
    .describe('A branch, tag, number or id; its rows are also what is predicted.'),
  after: revision.describe('The version that a mitigation made.'),
  slices: z
    .array(columnName)
    .min(1)
    .max(5)
    .optional()
    .describe('By default the columns with the role `slice` and the `slices` of the definition.'),
  label: columnName.optional().describe('By default the column with the role `label`.'),
  texts: z
    .array(columnName)
    .min(1)
    .max(20)
    .optional()
    .describe('By default the columns with the role `input`.'),
  weight: columnName.default('weight').describe('Rows count by it, in versions that have it.'),
  predicted: z
    .string()
    .max(200)
    .optional()
    .describe('The label whose gap is compared; by default that of the largest.'),
  slice: z.string().max(400).optional().describe('The slice, as `female` or `de × female`.'),
  seeds: z.int().min(3).max(30).default(10),
})
const parameters = compareBiasBody.extend({ dataset: z.string() })

export const compareBiasKind = 'compare-bias'

/** By what is compared; throws `invalid_request` where a version lacks it. */
export function planComparison(
  before: ResolvedVersion,
  after: ResolvedVersion,
  given: Pick<z.infer<typeof compareBiasBody>, 'slices' | 'label' | 'texts'>,
) {
  const { columns, conditions, label } = sliceColumns(before, given)
  if (label === undefined)
    throw new Failure('invalid_request', 'No column has the role `label`: name one in `label`.', {
      details: { parameter: 'label' },
    })
  const texts = given.texts ?? columnsOfRole(before.definition, 'input')
  if (texts.length === 0)
    throw new Failure(
      'invalid_request',
      'Nothing says what the label is told from: give columns the role `input`, or name them in `texts`.',
      { details: { parameter: 'texts' } },
    )
  for (const { version, dataset } of [before, after]) {
    const known = version.manifest.schema.columns.map(({ name }) => name)
    const missing = [...columns, label, ...texts].find(
      name => !known.includes(name) && conditions[name] === undefined,
    )
    if (missing !== undefined)
      throw new Failure(
        'invalid_request',
        `${dataset.name}@${version.number} has no column \`${missing.slice(0, 60)}\`; it has ${known.slice(0, 20).join(', ')}.`,
      )
  }
  return { columns, conditions, label, texts }
}

/** Trains the same small classifier on two versions and says what became of the gap; the task keeps the report. */
export function createCompareBias(context: DatasetsContext): TaskKind<z.infer<typeof parameters>> {
  return {
    kind: compareBiasKind,
    parameters,
    async run(given, { caller, signal, progress }) {
      const door = context.door()
      const [before, after] = await Promise.all([
        door.resolve(caller.tenant, `${given.dataset}@${given.before}`),
        door.resolve(caller.tenant, `${given.dataset}@${given.after}`),
      ])
      const { columns, conditions, label, texts } = planComparison(before, after, given)
      const found = await door.withFiles(
        [before, after],
        async ([filesBefore, filesAfter]) => {
          return await context.runTask(
            'compare-bias',
            {
              before: filesBefore,
              after: filesAfter,
              columns,
              conditions,
              label,
              texts,
              weight: given.weight,
              seeds: given.seeds,
              seed: given.dataset,
              predicted: given.predicted,
              slice: given.slice,
            },
            { signal, progress },
          )
        },
        signal,
      )
      const {
        gapOfLabels,
        truePositives,
        falsePositives,
        accuracyChange,
        sliceAccuracy,
        sliceAccuracyChange,
        bySeed,
        costsAccuracy,
        ...rest
      } = found
      return {
        versions: { before: before.version.number, after: after.version.number },
        slices: columns,
        label_column: label,
        ...rest,
        gap_of_labels: gapOfLabels,
        true_positives: truePositives ?? null,
        false_positives: falsePositives ?? null,
        accuracy_change: accuracyChange,
        slice_accuracy: sliceAccuracy,
        slice_accuracy_change: sliceAccuracyChange,
        by_seed: bySeed,
        costs_accuracy: costsAccuracy,
      }
    },
  }
}
