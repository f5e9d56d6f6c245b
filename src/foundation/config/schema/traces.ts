import { z } from 'zod'
import { headers, httpUrl } from './parts.ts'

export const traces = z
  .strictObject({
    retentionDays: z
      .int()
      .min(1)
      .max(3_650)
      .default(30)
      .describe('Days that inferences are kept; whole day partitions are dropped then.'),
    otlp: z
      .strictObject({
        endpoint: httpUrl.describe('An OTLP/HTTP collector; /v1/traces is appended.'),
        headers: headers.optional().describe('Sent with every export, e.g. a collector key from `env`.'),
      })
      .optional()
      .describe('Sends every inference as an OpenTelemetry span with `gen_ai.*` attributes.'),
  })
  .describe('How inferences are recorded.')
