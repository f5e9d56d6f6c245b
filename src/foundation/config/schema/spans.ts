import { z } from 'zod'

const content = z
  .enum(['drop', 'keep'])
  .describe(
    'Whether prompts, answers, tool arguments and all other free text in the spans of applications are kept. `drop` keeps figures, flags, and text under the names that the conventions give to what is no content.',
  )
const attributes = z
  .array(
    z
      .string()
      .regex(
        /^[A-Za-z0-9_.-]{1,100}\*?$/,
        'Write the name of an attribute, e.g. `shop.order.kind`, or its beginning and `*`.',
      ),
  )
  .max(200)
  .describe('Further attributes whose text is kept although `content` is `drop`, by name or by `prefix.*`.')
const maxPerMinute = z
  .int()
  .min(1)
  .max(100_000_000)
  .describe('Spans that a tenant may send each process in a minute; more are answered 429.')

export const spans = z
  .strictObject({
    content: content.default('drop'),
    attributes: attributes.default([]),
    maxPerMinute: maxPerMinute.default(60_000),
  })
  .describe('What is kept of the spans that applications send to /otlp/v1/traces.')

/** What a tenant has otherwise. */
export const tenantSpans = z
  .strictObject({
    content: content.optional(),
    attributes: attributes.optional(),
    maxPerMinute: maxPerMinute.optional(),
  })
  .describe('What is kept of the spans of its applications, where that is not what `traces.spans` says.')

export type SpansConfig = z.output<typeof spans>
