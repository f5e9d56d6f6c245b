import { z } from 'zod'
import { measurementLevels } from './label-parameters.ts'

const interval = z.object({
  estimate: z.number(),
  low: z.number(),
  high: z.number(),
  confidence: z.number(),
})
const advice = z.object({
  level: z.enum(['fine', 'look', 'act']),
  text: z.string().describe('What was seen and what to do about it.'),
})

/** How far annotators agree. */
export const agreementReport = z.object({
  kind: z.literal('agreement'),
  level: z.enum(measurementLevels),
  items: z.int(),
  compared: z.int().describe('Items that two or more have labelled.'),
  labels: z.int(),
  alpha: interval
    .nullable()
    .describe("Krippendorff's α; null where all labels are one, or nothing is compared."),
  fleiss: interval.nullable().describe("Fleiss' κ."),
  observed: z.number().nullable().describe('The share of pairs of labels of one item that are the same.'),
  annotators: z.array(
    z.object({
      name: z.string(),
      labels: z.int(),
      alpha_without: z.number().nullable().describe('α of the others: above α, this one pulls it down.'),
    }),
  ),
  pairs: z.array(
    z.object({
      first: z.string(),
      second: z.string(),
      items: z.int(),
      kappa: z.number().nullable().describe("Cohen's; weighted by squares where the level has an order."),
      low: z.number().nullable(),
      high: z.number().nullable(),
      observed: z.number(),
    }),
  ),
  per_label: z.array(
    z.object({
      label: z.string(),
      labels: z.int(),
      alpha: interval.nullable().describe('Of this label against all others.'),
    }),
  ),
  confusions: z.array(
    z.object({
      first: z.string(),
      second: z.string(),
      count: z.number().describe('Pairs of annotators that differ so.'),
      share: z.number().describe('Of all that differ.'),
    }),
  ),
  slices: z.array(
    z.object({ column: z.string(), value: z.string(), items: z.int(), alpha: interval.nullable() }),
  ),
  disputed: z
    .array(
      z.object({ item: z.string(), labels: z.array(z.object({ annotator: z.string(), label: z.string() })) }),
    )
    .describe('Where annotators differ most.'),
  advice: z.array(advice),
})

/** How good each annotator is, and what each item most likely is. */
export const annotatorsReport = z.object({
  kind: z.literal('annotators'),
  items: z.int(),
  labels: z.int(),
  classes: z.array(z.object({ label: z.string(), share: z.number() })),
  iterations: z.int(),
  has_converged: z.boolean(),
  annotators: z.array(
    z.object({
      name: z.string(),
      labels: z.int(),
      accuracy: z.number().describe('The estimated chance that a label of theirs is right.'),
      low: z.number(),
      high: z.number(),
      chance: z.number().describe('What always giving their own mix of labels at random would reach.'),
      confusion: z.array(z.array(z.number())).describe('[true][said], by `classes`; rows sum to 1.'),
      weak_spots: z.array(z.object({ true: z.string(), said: z.string(), share: z.number() })),
    }),
  ),
  changed: z.int().describe('Items whose consensus is not what most said.'),
  unsure: z.int().describe('Items whose consensus is less likely than 0.8.'),
  consensus: z
    .array(z.object({ item: z.string(), label: z.string(), confidence: z.number(), majority: z.string() }))
    .describe('The least certain first.'),
  is_cut: z.boolean().describe('Whether there are more items than are listed.'),
  advice: z.array(advice),
})

/** Which labels are probably wrong. */
export const suspectsReport = z.object({
  kind: z.literal('suspects'),
  label_column: z.string(),
  from: z.enum(['classifier', 'column', 'service']),
  columns: z.array(z.string()).describe('What it was told from.'),
  rows: z.int(),
  left_out: z.int().describe('Rows without a label, or without what it could be told from.'),
  cost_nano_usd: z.number().nullable().describe('Of asking a service.'),
  method: z.string(),
  ranking: z.string(),
  agreement: z.number().describe('How often what a model says first is the label that was given.'),
  error_rate: z.number().describe('The estimated share of wrong labels.'),
  classes: z.array(
    z.object({
      label: z.string(),
      given: z.int(),
      threshold: z.number(),
      estimated_wrong: z.number().describe('Of those given.'),
      suspects: z.int(),
    }),
  ),
  joint: z.array(z.array(z.number())).describe('[given][likely]: estimated rows, by `classes`.'),
  total: z.int(),
  suspects: z.array(
    z.object({
      key: z.string(),
      given: z.string(),
      likely: z.string(),
      self_confidence: z.number(),
      margin: z.number(),
    }),
  ),
  advice: z.array(advice),
})

export const labelReportResult = z.discriminatedUnion('kind', [
  agreementReport,
  annotatorsReport,
  suspectsReport,
])

export type AgreementReport = z.output<typeof agreementReport>
export type AnnotatorsReport = z.output<typeof annotatorsReport>
export type SuspectsReport = z.output<typeof suspectsReport>
export type LabelReportResult = z.output<typeof labelReportResult>
export type Advice = z.output<typeof advice>
