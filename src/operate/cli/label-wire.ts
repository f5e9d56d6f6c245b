import { z } from 'zod'

import { publishedShape } from './dataset-wire.ts'

const interval = z.looseObject({ estimate: z.number(), low: z.number(), high: z.number() })
export type WireInterval = z.output<typeof interval>
const advice = z.array(z.looseObject({ level: z.string(), text: z.string() }))

export const agreementShape = z.looseObject({
  kind: z.literal('agreement'),
  items: z.number(),
  compared: z.number(),
  labels: z.number(),
  level: z.string(),
  alpha: interval.nullable(),
  fleiss: interval.nullable(),
  observed: z.number().nullable(),
  annotators: z.array(
    z.looseObject({ name: z.string(), labels: z.number(), alpha_without: z.number().nullable() }),
  ),
  pairs: z.array(
    z.looseObject({
      first: z.string(),
      second: z.string(),
      items: z.number(),
      kappa: z.number().nullable(),
      low: z.number().nullable(),
      high: z.number().nullable(),
      observed: z.number(),
    }),
  ),
  per_label: z.array(z.looseObject({ label: z.string(), labels: z.number(), alpha: interval.nullable() })),
  slices: z.array(
    z.looseObject({
      column: z.string(),
      value: z.string(),
      items: z.number(),
      alpha: interval.nullable(),
    }),
  ),
  advice,
})

export const annotatorsShape = z.looseObject({
  kind: z.literal('annotators'),
  items: z.number(),
  labels: z.number(),
  annotators: z.array(
    z.looseObject({
      name: z.string(),
      labels: z.number(),
      accuracy: z.number(),
      low: z.number(),
      high: z.number(),
      weak_spots: z.array(z.looseObject({ true: z.string(), said: z.string(), share: z.number() })),
    }),
  ),
  changed: z.number(),
  unsure: z.number(),
  consensus: z.array(
    z.looseObject({ item: z.string(), label: z.string(), confidence: z.number(), majority: z.string() }),
  ),
  is_cut: z.boolean(),
  advice,
})

export const suspectsShape = z.looseObject({
  kind: z.literal('suspects'),
  label_column: z.string(),
  columns: z.array(z.string()),
  rows: z.number(),
  agreement: z.number(),
  error_rate: z.number(),
  classes: z.array(
    z.looseObject({
      label: z.string(),
      given: z.number(),
      estimated_wrong: z.number(),
      suspects: z.number(),
    }),
  ),
  total: z.number(),
  suspects: z.array(
    z.looseObject({
      key: z.string(),
      given: z.string(),
      likely: z.string(),
      self_confidence: z.number(),
      margin: z.number(),
    }),
  ),
  advice,
})

export const labelReportShape = z.looseObject({
  id: z.string(),
  dataset: z.string(),
  number: z.number(),
  result: z.discriminatedUnion('kind', [agreementShape, annotatorsShape, suspectsShape]),
  reviews: z.looseObject({ pending: z.number(), decided: z.number(), withdrawn: z.number() }),
})
export type WireLabelReport = z.output<typeof labelReportShape>

export const labelReportSummaryShape = z.looseObject({
  id: z.string(),
  dataset: z.string(),
  number: z.number(),
  kind: z.string(),
  split: z.string().nullable(),
  author: z.string(),
  created_at: z.string(),
})

export const appliedLabelsShape = z.looseObject({
  branch: z.string(),
  publication: publishedShape.nullable(),
  decided: z.number(),
  pending: z.number(),
  changed: z.number(),
  applied: z.number(),
  confirmed: z.number(),
  undecided: z.number(),
  stale: z.number(),
})

export const exampleReviewShape = z.looseObject({
  id: z.string(),
  title: z.string(),
  purpose: z.string(),
  item: z.string(),
  question: z.string(),
  shown: z.array(z.looseObject({ name: z.string(), text: z.string() })),
  choices: z.array(z.string()).nullable(),
  people: z.number(),
  answered: z.number(),
  state: z.string(),
  priority: z.string(),
  answer: z.string().nullable(),
  due_at: z.string(),
  decided_at: z.string().nullable(),
})
export type WireExampleReview = z.output<typeof exampleReviewShape>
