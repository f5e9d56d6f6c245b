import { z } from 'zod'
import { pruneMethods } from '../../../foundation/statistics/index.ts'
import { columnName } from '../definition.ts'
import { counted, percent } from '../validation/cells.ts'
import { mostExamples, type RuleKind, type RunContext } from '../validation/rule.ts'
import { whereOf } from '../validation/where.ts'
import { computeAgreement } from './compute-agreement.ts'
import { measurementLevels } from './label-parameters.ts'
import { checkLevel, lookForSuspects } from './label-tasks.ts'
import { type AnnotationShape, type Cells, readAnnotations, streamCells } from './read-annotations.ts'

/** Rows of a rule; a row is named by its number and its key. */
function cellsOf({ duckdb, rows, signal }: RunContext, when: string | undefined): Cells {
  return {
    schema: rows.schema,
    key: `(CAST(_row AS VARCHAR) || ' ' || _key)`,
    read: columns =>
      streamCells(`SELECT ${columns.join(', ')} FROM ${rows.view}${whereOf(when)} ORDER BY _row`, {
        duckdb,
        signal,
      }),
  }
}

const columns = z.array(columnName).min(1).max(50)
const agreementParameters = z
  .strictObject({
    min: z.number().min(-1).max(1).default(0.667).describe('The least α of Krippendorff.'),
    annotators: columns.min(2).optional().describe('A column of labels for each annotator.'),
    item: columns.optional().describe('Or a row for each label: the columns that name the item.'),
    annotator: columnName.optional().describe('Who gave it.'),
    label: columnName.optional(),
    level: z.enum(measurementLevels).default('nominal'),
    order: z.array(z.string()).min(2).optional().describe('For `ordinal`: the labels in their order.'),
  })
  .refine(
    ({ annotators, item, annotator, label }) =>
      annotators
        ? item === undefined && annotator === undefined && label === undefined
        : item !== undefined && annotator !== undefined && label !== undefined,
    'needs either annotators, or item, annotator and label',
  )

export const agreementRule: RuleKind<z.output<typeof agreementParameters>> = {
  name: 'agreement',
  description: 'Annotators agree: Krippendorff’s α is at least `min`.',
  parameters: agreementParameters,
  columns: ({ annotators = [], item = [], annotator, label }) => [
    ...annotators.map((name, at) => ({ name, path: ['annotators', at] })),
    ...item.map((name, at) => ({ name, path: ['item', at] })),
    ...(annotator === undefined ? [] : [{ name: annotator, path: ['annotator'] }]),
    ...(label === undefined ? [] : [{ name: label, path: ['label'] }]),
  ],
  plan: ({ parameters }) => ({
    by: 'query',
    async run(context, when) {
      const { annotators, item = [], annotator = '', label = '', level, order, min } = parameters
      const shape: AnnotationShape = annotators
        ? { kind: 'wide', columns: annotators }
        : { kind: 'long', item, annotator, label }
      const annotations = await readAnnotations(cellsOf(context, when), shape, { slices: [], order })
      checkLevel(annotations.labels, level, order)
      const { alpha, compared, disputed } = computeAgreement(annotations, {
        level,
        slices: [],
        seed: 'slipway',
      })
      if (!alpha)
        return {
          faults: undefined,
          checked: compared,
          isSkipped: true,
          message:
            compared === 0
              ? 'No item was labelled by two or more, so nothing is known of agreement.'
              : 'All labels are the same: there is nothing to agree on.',
          examples: [],
        }
      const range = `${alpha.low.toFixed(3)} to ${alpha.high.toFixed(3)}`
      return {
        faults: undefined,
        checked: compared,
        isFailed: alpha.estimate < min,
        message: `α is ${alpha.estimate.toFixed(3)} (${range}) over ${counted(compared, 'item')}; at least ${min} is wanted.`,
        // an item of several rows has no row of its own
        examples: annotators
          ? disputed.slice(0, mostExamples).map(({ item: name, labels }) => ({
              ...rowOf(name),
              says: labels.map(({ annotator: who, label: said }) => `${who}: ${said}`).join(', '),
            }))
          : [],
        measured: { alpha: alpha.estimate, low: alpha.low, high: alpha.high, items: compared },
      }
    },
  }),
}

const suspectsParameters = z
  .strictObject({
    label: columnName,
    text: z
      .union([columnName, z.array(columnName).min(1)])
      .transform(value => [value].flat())
      .optional()
      .describe('What a classifier tells the label from.'),
    probabilities: columnName
      .optional()
      .describe('Or a column of label and probability, of a model that has not seen the row.'),
    maxShare: z
      .number()
      .min(0)
      .max(1)
      .default(0.05)
      .describe('The largest share of labels that may be estimated to be wrong.'),
    method: z.enum(pruneMethods).default('margin'),
  })
  .refine(
    ({ text, probabilities }) => (text === undefined) !== (probabilities === undefined),
    'needs either text or probabilities',
  )

export const suspectLabelsRule: RuleKind<z.output<typeof suspectsParameters>> = {
  name: 'suspect-labels',
  description:
    'No more than `maxShare` of the labels are estimated to be wrong (confident learning); suspects are named.',
  parameters: suspectsParameters,
  columns: ({ label, text = [], probabilities }) => [
    { name: label, path: ['label'] },
    ...text.map((name, at) => ({ name, path: ['text', at] })),
    ...(probabilities === undefined ? [] : [{ name: probabilities, path: ['probabilities'] }]),
  ],
  plan: ({ parameters: { label, text, probabilities, maxShare, method } }) => ({
    by: 'query',
    async run(context, when) {
      const found = await lookForSuspects(
        cellsOf(context, when),
        {
          label,
          source: text
            ? { kind: 'classifier', columns: text }
            : { kind: 'column', columns: [probabilities ?? ''] },
          options: { method, ranking: 'margin', folds: 5, seed: 'slipway' },
        },
        { signal: context.signal, progress: () => undefined },
      )
      return {
        faults: found.total,
        checked: found.rows,
        isFailed: found.error_rate > maxShare,
        message: `About ${percent(found.error_rate)} of the labels are estimated to be wrong; at most ${percent(maxShare)} may be. ${counted(found.total, 'label')} ${found.total === 1 ? 'is' : 'are'} suspected.`,
        examples: found.suspects
          .slice(0, mostExamples)
          .map(({ key, given, likely }) => ({ ...rowOf(key), says: `given ${given}, likelier ${likely}` })),
        measured: { errorRate: found.error_rate, suspects: found.total, agreement: found.agreement },
      }
    },
  }),
}

function rowOf(name: string): { readonly row: number; readonly key: string } {
  const space = name.indexOf(' ')
  return { row: Number(name.slice(0, space)), key: name.slice(space + 1) }
}
