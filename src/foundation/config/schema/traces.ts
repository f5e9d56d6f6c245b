import { z } from 'zod'
import { headers, httpUrl } from './parts.ts'
import { spans } from './spans.ts'

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
        compression: z
          .enum(['gzip', 'none'])
          .default('gzip')
          .describe('How exports are packed; collectors read gzip.'),
        detail: z
          .enum(['inference', 'parts'])
          .default('parts')
          .describe(
            'One span for each inference, or with it one for each of its attempts, checks, and what limits and the cache took.',
          ),
      })
      .optional()
      .describe('Sends every inference as an OpenTelemetry span with `gen_ai.*` attributes.'),
    spans: spans.prefault({}),
  })
  .describe('How inferences are recorded.')
