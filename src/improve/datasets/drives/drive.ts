import { z } from 'zod'
import { reviewPriorities } from '../../../foundation/config/index.ts'
import { collectionFilter } from '../collect/collection.ts'
import { columnName } from '../definition.ts'

/** How a drive is asked for. */
export const driveBody = z.strictObject({
  revision: z
    .string()
    .min(1)
    .max(100)
    .default('main')
    .describe('The version whose lack is to be made up: a branch, tag, number or id.'),
  filter: collectionFilter.describe('Which traffic is looked through; only what may be used is.'),
  of: z.enum(['slices', 'labels', 'both']).default('both').describe('What is looked at for too few rows.'),
  slices: z
    .array(columnName)
    .min(1)
    .max(5)
    .optional()
    .describe('By default the columns with the role `slice` and the `slices` of the definition.'),
  label: columnName.optional().describe('By default the column with the role `label`.'),
  input: columnName
    .optional()
    .describe('The column that gets what was asked; by default the one with the role `input`.'),
  each: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('How many rows each slice and label is to have; by default what `half_width` asks for.'),
  half_width: z
    .number()
    .min(0.005)
    .max(0.3)
    .default(0.05)
    .describe('How sure a share of each is to be: the half of its interval.'),
  budget: z.int().min(1).max(20_000).default(200).describe('How many answers people are asked for, in all.'),
  least: z
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .describe('How probable it has to be that an inference belongs to what is lacking.'),
  look_at: z
    .int()
    .min(1)
    .max(20_000)
    .default(5_000)
    .describe('How many inferences are looked at; of more, a sample.'),
  people: z.int().min(1).max(5).default(1).describe('How many have to answer each question.'),
  priority: z.enum(reviewPriorities).default('normal'),
  due_minutes: z.int().min(1).max(525_600).default(10_080),
})
export type DriveBody = z.output<typeof driveBody>

/** What a version has too few rows of. */
export interface Need {
  readonly kind: 'slice' | 'label'
  /** As reports name it: `de × long`, `refund`. */
  readonly name: string
  /** What a row has to have in each column or condition to be of it. */
  readonly values: Readonly<Record<string, string>>
  readonly rows: number
  readonly missing: number
}

/** A column that people fill in. */
export interface Field {
  readonly column: string
  readonly choices: readonly string[]
}

/** All that a drive is about. */
export interface DrivePlan {
  readonly needs: readonly Need[]
  readonly fields: readonly Field[]
  readonly label: string
  readonly input: string
  readonly filter: DriveBody['filter']
  readonly budget: number
  readonly people: number
  /** What became of the traffic that was looked at. */
  readonly counts: {
    readonly lookedAt: number
    readonly leftOut: readonly { readonly why: string; readonly count: number }[]
  }
}

export interface Drive {
  readonly id: string
  readonly tenant: string
  readonly datasetId: string
  readonly dataset: string
  readonly versionId: string
  readonly versionNumber: number
  readonly plan: DrivePlan
  readonly author: string
  readonly createdAt: Date
}

/** An inference that people were asked about. */
export interface Candidate {
  readonly inferenceId: string
  /** Its place among the needs. */
  readonly need: number
  readonly probability: number
  /** Slices that are known without asking, by column or condition. */
  readonly known: Readonly<Record<string, string>>
}
