import { z } from 'zod'
import { sampling } from './sampling.ts'

const share = z.number().min(0).max(1)

/** Which traffic examples are made of. */
export const collectionFilter = z.strictObject({
  from: z
    .enum(['inferences', 'feedback', 'reviews'])
    .default('inferences')
    .describe('`feedback` and `reviews` take only inferences that have some.'),
  services: z.array(z.string().min(1).max(200)).min(1).max(100).optional(),
  release: z.string().min(1).max(200).optional(),
  outcome: z.enum(['ok', 'error', 'aborted']).default('ok'),
  since: z.iso.datetime(),
  until: z.iso.datetime().optional().describe('Now, by default.'),
  feedback: z
    .strictObject({
      least: share.optional().describe('Of the newest score that was given.'),
      most: share.optional(),
      label: z.string().min(1).max(200).optional(),
      corrected: z.boolean().optional().describe('Whether somebody said what the answer should have been.'),
    })
    .optional(),
  score: z
    .strictObject({ judge: z.string().min(1).max(200), least: share.optional(), most: share.optional() })
    .optional()
    .describe('What a judge found.'),
  review: z
    .enum(['approved', 'edited', 'rejected'])
    .optional()
    .describe('What a person decided on the answer.'),
})
export type CollectionFilter = z.output<typeof collectionFilter>

export const collection = z.strictObject({ filter: collectionFilter, sample: sampling.prefault({}) })
export type Collection = z.output<typeof collection>

export const collectionCounts = z
  .object({
    looked_at: z.int().describe('Inferences that service, release, outcome and time let through.'),
    matched: z.int().describe('Of them, those that the other filters let through and that may be used.'),
    left_out: z.array(z.object({ reason: z.string(), why: z.string(), count: z.int() })),
    sampled: z.int(),
    strata: z.array(z.object({ stratum: z.string(), matched: z.int(), sampled: z.int() })),
  })
  .meta({ id: 'DatasetCollectionCounts' })
export type CollectionCounts = z.output<typeof collectionCounts>
