import { z } from 'zod'
import { name } from './parts.ts'

const common = {
  description: z.string().optional().describe('One line for people.'),
  samplePercent: z
    .number()
    .min(0)
    .max(100)
    .default(10)
    .describe('Of the answers of a service that names it, how many it judges; which ones, their ids decide.'),
  usdPerDay: z
    .number()
    .positive()
    .optional()
    .describe('What it may cost in a day (UTC); what is left waiting then is not judged.'),
}

const rubric = z
  .strictObject({
    version: z
      .string()
      .min(1)
      .max(40)
      .describe('Yours to count; goes into the hash that every score carries.'),
    criterion: z
      .string()
      .min(10)
      .max(20_000)
      .describe('What is judged and what each label means, as you would tell a colleague.'),
    labels: z
      .record(z.string().regex(/^[\w-]{1,40}$/, 'A label is a word.'), z.number().min(0).max(1))
      .refine(labels => Object.keys(labels).length >= 2, 'A rubric has two labels at least.')
      .describe('The answers that the judge may give, with the score of each from 0 to 1.'),
  })
  .describe('What the judge goes by.')

const byRubric = z.strictObject({
  kind: z.literal('rubric').describe('A chat goes by a rubric.'),
  service: name.describe('The service that judges.'),
  rubric,
  temperature: z.number().min(0).max(2).nullable().default(0).describe('`null` sends none.'),
  maxChars: z
    .int()
    .min(1_000)
    .max(1_000_000)
    .default(48_000)
    .describe('How much of question, documents and answer it is shown in all.'),
  ...common,
})

const byGrounds = z.strictObject({
  kind: z
    .literal('groundedness')
    .describe(
      'The share of the claims that the documents of the request bear out, as the check `groundedness` sees it.',
    ),
  service: name.describe('The service that compares.'),
  method: z.enum(['llm', 'classifier', 'minicheck']).default('llm').describe('See the check `groundedness`.'),
  entailment: z
    .array(z.string().min(1))
    .min(1)
    .default(['entailment', 'supported', 'consistent'])
    .describe('The classes of a classifier that mean yes.'),
  temperature: z.number().min(0).max(2).nullable().default(0).describe('`null` sends none.'),
  maxChars: z
    .int()
    .min(1_000)
    .max(1_000_000)
    .default(48_000)
    .describe('How much of the documents it is shown.'),
  ...common,
})

const byConsistency = z.strictObject({
  kind: z
    .literal('self-consistency')
    .describe(
      'How alike the answers are when the question is asked again, as the check `self-consistency` sees it.',
    ),
  service: name.describe('The service that compares.'),
  sampled: name
    .optional()
    .describe('The service that is asked again; the one that is judged where left out.'),
  samples: z.int().min(2).max(10).default(5).describe('How often.'),
  compare: z.enum(['text', 'llm', 'classifier']).default('llm').describe('See the check `self-consistency`.'),
  entailment: z
    .array(z.string().min(1))
    .min(1)
    .default(['entailment'])
    .describe('The classes of a classifier that mean yes.'),
  ...common,
})

/** Who scores answers after they have been given. */
export const judge = z
  .discriminatedUnion('kind', [byRubric, byGrounds, byConsistency])
  .describe('Scores a share of the answers of the services that name it, after they have been given.')

export type JudgeConfig = z.output<typeof judge>
