import { z } from 'zod'
import { columnKinds } from '../sample.ts'

const name = z.string().min(1).max(200)
const traffic = z.strictObject({
  service: name.describe('Inferences of this service.'),
  release: name.optional(),
  since: z.iso.datetime({ offset: true }),
  until: z.iso.datetime({ offset: true }),
})
const dataset = z.strictObject({
  dataset: z.string().min(1).max(400).describe('A version: `NAME@REVISION` or `NAME@REVISION:SPLIT`.'),
})
const sample = z.union([traffic, dataset])

/** What is compared, by API, command line and monitors alike. */
export const driftRequest = z.strictObject({
  reference: sample.describe('What it is held against.'),
  current: sample.describe('What is to be explained.'),
  columns: z
    .array(
      z.union([
        name,
        z.strictObject({
          name,
          kind: z.enum(columnKinds).optional(),
          reference: name.optional().describe('What the reference calls it, where that is another name.'),
          current: name.optional(),
        }),
      ]),
    )
    .min(1)
    .max(100)
    .optional()
    .describe(
      'All that both have by default, without texts of inferences: name `question` or `answer` for these.',
    ),
  texts: z
    .boolean()
    .optional()
    .describe(
      'Where no columns are named: also what was asked and answered, of inferences whose service keeps it and whose client does not refuse training.',
    ),
  quality: z
    .strictObject({
      label: name.describe(
        'A column from 0 to 1 that the reference has: `feedback`, `score.NAME`, or one of a dataset.',
      ),
      judge: name.optional().describe('A column from 0 to 1 of a judge.'),
    })
    .optional()
    .describe('What the label would be where it is not known.'),
  seed: z
    .string()
    .min(1)
    .max(100)
    .default('0')
    .describe('Decides what is drawn; the same gives the same report.'),
})
export type DriftRequest = z.output<typeof driftRequest>
export type SampleRequest = DriftRequest['reference']

/** A request with the versions that it names fixed, of the datasets of one tenant. */
export interface FixedRequest extends DriftRequest {
  readonly datasetTenant: string | undefined
}

export const driftStates = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const
export type DriftState = (typeof driftStates)[number]

export const hasEnded = (state: DriftState): boolean => state !== 'queued' && state !== 'running'
