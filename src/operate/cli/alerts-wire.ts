import { z } from 'zod'

/** What the commands of alerts and metrics read of the API's answers. */

export const alertShape = z.looseObject({
  id: z.string(),
  source: z.string(),
  name: z.string(),
  labels: z.record(z.string(), z.string()),
  severity: z.string(),
  state: z.string(),
  summary: z.string(),
  value: z.number(),
  threshold: z.number(),
  runbook: z.string().nullish(),
  started_at: z.string(),
  fired_at: z.string().nullish(),
  acknowledged_by: z.string().nullish(),
  resolved_at: z.string().nullish(),
  muted_by: z.string().nullish(),
  evidence: z.record(z.string(), z.unknown()),
})

export const alertDetailShape = alertShape.extend({
  events: z.array(
    z.looseObject({
      at: z.string(),
      kind: z.string(),
      actor: z.string().nullish(),
      note: z.string().nullish(),
    }),
  ),
})

export const silenceShape = z.looseObject({
  id: z.string(),
  matchers: z.record(z.string(), z.string()),
  reason: z.string(),
  created_by: z.string(),
  starts_at: z.string(),
  ends_at: z.string(),
  is_active: z.boolean(),
})

const burnWindowShape = z.looseObject({
  seconds: z.number(),
  events: z.number(),
  bad: z.number(),
  burn: z.number(),
})

export const sloShape = z.looseObject({
  service: z.string(),
  name: z.string(),
  promise: z.string(),
  objective_percent: z.number(),
  whole: burnWindowShape,
  budget_left: z.number(),
  burns: z.array(
    z.looseObject({ severity: z.string(), is_burning: z.boolean(), windows: z.array(burnWindowShape) }),
  ),
})

export const channelShape = z.looseObject({
  name: z.string(),
  kind: z.string(),
  waiting: z.number(),
  last_sent_at: z.string().nullish(),
  last_failed_at: z.string().nullish(),
  last_error: z.string().nullish(),
})

export const channelTestShape = z.looseObject({ is_sent: z.boolean(), problem: z.string().nullish() })

export const metricShape = z.looseObject({
  name: z.string(),
  type: z.string(),
  labels: z.array(z.string()),
  help: z.string(),
})

export const metricAnswerShape = z.looseObject({
  series: z.array(
    z.looseObject({
      labels: z.record(z.string(), z.string()),
      values: z.array(z.number().nullable()),
      samples: z.number().nullish(),
    }),
  ),
})

export const exportedFilesShape = z.looseObject({
  files: z.array(z.looseObject({ path: z.string(), content: z.string() })),
})
