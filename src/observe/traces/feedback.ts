import { z } from 'zod'
import type { Masked } from '../../govern/privacy/index.ts'
import type { Inference } from './inference.ts'

const longestOutput = 262_144

/** What a user may say of an inference; at least one of the four. */
export const feedbackInput = z
  .strictObject({
    score: z.number().min(0).max(1).optional().describe('From 0, useless, to 1, perfect.'),
    label: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .optional()
      .describe('A word or two of your own, e.g. `wrong-product`.'),
    comment: z.string().trim().min(1).max(10_000).optional(),
    corrected_output: z
      .json()
      .refine(
        value => JSON.stringify(value).length <= longestOutput,
        `A corrected output has at most ${longestOutput} characters of JSON.`,
      )
      .optional()
      .describe('What the answer should have been: text or any other JSON.'),
  })
  .refine(
    feedback => Object.values(feedback).some(value => value !== undefined && value !== null),
    'Say at least one of `score`, `label`, `comment` and `corrected_output`.',
  )

export type FeedbackInput = z.output<typeof feedbackInput>

/** What somebody said in words of their own. */
export type FeedbackWords = Pick<Feedback, 'label' | 'comment' | 'correctedOutput'>

/** Makes fit to be kept what was said of an inference; throws where that cannot be done. */
export type MaskFeedback = (words: FeedbackWords, inference: Inference) => Promise<Masked<FeedbackWords>>

/** Feedback as kept. It lives as long as the inference it is about. */
export interface Feedback {
  readonly id: string
  readonly inferenceId: string
  readonly tenant: string
  readonly score: number | undefined
  readonly label: string | undefined
  readonly comment: string | undefined
  readonly correctedOutput: unknown
  readonly createdAt: Date
  /** The id of the key that gave it. */
  readonly createdBy: string
}
