import { z } from 'zod'
import { suiteSchema } from '../evaluation/index.ts'

const name = z
  .string()
  .regex(
    /^[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)*$/,
    'Write it in lower-case letters and digits, with single - _ or . between them.',
  )
  .max(60)
const share = z.number().min(0).max(1)
const dataset = z.string().min(1).max(300)

/** A recipe as it is written: from a teacher’s answers to a student that was held against it. */
export const recipeSchema = z.strictObject({
  distil: name.describe('Its name: the pipeline and the suite made of it are called `distil-NAME`.'),
  description: z.string().max(4_000).optional().describe('What it is for.'),
  teacher: z
    .string()
    .regex(/^[^@\s]+$/, 'Name a service: batches ask the release that serves.')
    .max(100)
    .describe(
      'The service whose answers are learned. Its providers and engines have to allow it: `trainingOnOutput`.',
    ),
  data: z
    .strictObject({
      dataset: dataset.describe(
        'Whose prompts are asked: `name`, `name@branch`, `name@12:train`. A run pins it.',
      ),
      request: suiteSchema.shape.request,
      sample: z
        .int()
        .min(1)
        .max(1_000_000)
        .optional()
        .describe('So many rows, the same ones each time, instead of all.'),
      seed: z.int().min(0).max(2_147_483_647).default(1).describe('Of the sample.'),
    })
    .describe('What the teacher is asked.'),
  filters: z
    .array(suiteSchema.shape.evaluators.unwrap())
    .max(20)
    .default([])
    .describe('Evaluators that an answer has to pass, each with its threshold, to be learned from.'),
  answers: z
    .strictObject({
      dataset: z
        .string()
        .min(1)
        .max(63)
        .optional()
        .describe('The dataset that gets them; `NAME-answers` by default.'),
      window: z
        .string()
        .regex(/^[1-9]\d{0,3}[mhd]$/, 'use `24h`, or another number of minutes (m), hours (h) or days (d)')
        .default('24h')
        .describe('How long the batch may take.'),
      least: z
        .int()
        .min(1)
        .max(1_000_000)
        .default(10)
        .describe('With fewer kept answers nothing is trained.'),
      mostUnanswered: share
        .default(0.1)
        .describe('The share of prompts that may stay without an answer; with more nothing is trained.'),
    })
    .prefault({}),
  student: z.strictObject({
    train: z
      .record(z.string(), z.unknown())
      .refine(given => typeof given['model'] === 'string', 'Name what to begin with: `model`.')
      .refine(
        given => !['training_file', 'validation_file'].some(key => Object.hasOwn(given, key)),
        'The data are the teacher’s answers: remove `training_file` and `validation_file`.',
      )
      .describe('What to train, as the body of a training job has it: `model`, `method`, `seed`, `slipway`.'),
    alias: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('The alias of the student that the engine of its release follows (`registry:MODEL@ALIAS`).'),
    release: z
      .string()
      .regex(
        /^[^@\s]+(?:@[^@\s]+)?$/,
        'Write `service`, which is the release that serves, or `service@release`.',
      )
      .max(200)
      .optional()
      .describe('The release that serves the student, for the comparison.'),
    waitSeconds: z
      .int()
      .min(0)
      .max(86_400)
      .default(600)
      .describe('How long its engine may take to serve it.'),
  }),
  compare: suiteSchema
    .omit({ suite: true, description: true, releases: true, baseline: true, request: true })
    .optional()
    .describe(
      'Holds the student against the teacher, as a suite does, on examples that neither learned from.',
    ),
})

export type Recipe = z.output<typeof recipeSchema>
