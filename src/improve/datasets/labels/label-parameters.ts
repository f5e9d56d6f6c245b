import { z } from 'zod'
import { pruneMethods, suspectRankings } from '../../../foundation/statistics/index.ts'
import { columnName } from '../definition.ts'

const columns = z.array(columnName).min(1).max(50)

/** Where the labels of several annotators are. */
const annotations = {
  annotators: columns
    .min(2)
    .optional()
    .describe('Wide: a column of labels for each annotator; a row is an item. Instead of the three below.'),
  item: columns.optional().describe('Long: the columns that name the item; a row is one label.'),
  annotator: columnName.optional().describe('Long: who gave it. The column of role `annotator` by default.'),
  label: columnName.optional().describe('The column of the label. That of role `label` by default.'),
}

const seed = z.string().max(100).default('slipway').describe('The same seed gives the same figures.')
const where = z.string().max(10_000).optional().describe('A condition in SQL: only these rows.')

export const measurementLevels = ['nominal', 'ordinal', 'interval', 'ratio'] as const

export const agreementParameters = z.strictObject({
  ...annotations,
  level: z
    .enum(measurementLevels)
    .default('nominal')
    .describe('How labels differ: as names, as places in an order, as numbers, as amounts.'),
  order: z
    .array(z.string().max(200))
    .min(2)
    .max(100)
    .optional()
    .describe('The labels in their order, for `ordinal` where they are no numbers.'),
  slices: z.array(columnName).max(10).default([]).describe('Columns: agreement within each of their values.'),
  where,
  seed,
})

export const annotatorsParameters = z.strictObject({ ...annotations, where, seed })

export const suspectsParameters = z.strictObject({
  label: annotations.label,
  text: columns
    .optional()
    .describe('Columns that a classifier of ours learns from. Those of role `input` by default.'),
  probabilities: columnName
    .optional()
    .describe(
      'A column with what a model that has not seen the row says, as an object of label and probability; instead of `text`.',
    ),
  service: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('A service that is asked for the label of each row, at the tenant’s cost; 5,000 rows at most.'),
  samples: z.int().min(1).max(9).default(1).describe('How often it is asked of each.'),
  method: z
    .enum(pruneMethods)
    .default('margin')
    .describe('How many of which are suspected; docs/labels.md compares them.'),
  ranking: z.enum(suspectRankings).default('margin'),
  folds: z.int().min(2).max(20).default(5),
  where,
  seed,
})

export type AgreementParameters = z.output<typeof agreementParameters>
export type AnnotatorsParameters = z.output<typeof annotatorsParameters>
export type SuspectsParameters = z.output<typeof suspectsParameters>
