import { z } from 'zod'

/** What the command line reads of drift reports. */

const both = <Schema extends z.ZodType>(schema: Schema) => z.object({ reference: schema, current: schema })
const interval = z.object({ estimate: z.number(), low: z.number(), high: z.number() })

const slice = z.object({
  conditions: z.array(z.object({ column: z.string(), value: z.string() })),
  reference: z.object({ share: z.number() }),
  current: z.object({ share: z.number() }),
  change: interval,
})

export const driftSummaryShape = z.looseObject({
  id: z.string(),
  reference: z.string(),
  current: z.string(),
  state: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']),
  progress: z.number(),
  step: z.string(),
  sentence: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  created_at: z.string(),
})

export const driftDetailShape = driftSummaryShape.extend({
  report: z
    .looseObject({
      rows: both(z.object({ total: z.number(), read: z.number() })),
      columns: z.array(
        z.looseObject({
          name: z.string(),
          moved: z.string(),
          p_adjusted: z.number(),
          stability: z.number(),
          jensen_shannon: z.number(),
          effect: z.number(),
          values: both(z.object({ p50: z.number().nullable() })),
        }),
      ),
      slices: z.object({ singles: z.array(slice), pairs: z.array(slice), words: z.array(slice).optional() }),
      examples: z.array(
        z.object({ id: z.string(), score: z.number(), because: z.array(z.object({ feature: z.string() })) }),
      ),
      quality: z
        .looseObject({
          label: z.string(),
          labelled: both(interval.nullable()),
          estimated: interval.nullable(),
          is_trusted: z.boolean(),
          reasons: z.array(z.string()),
          judged: interval.extend({ judge: z.string() }).nullable(),
        })
        .nullable(),
      notes: z.array(z.string()),
    })
    .nullable(),
})
export type DriftDetail = z.output<typeof driftDetailShape>
