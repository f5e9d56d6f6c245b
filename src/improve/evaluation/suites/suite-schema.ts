import { z } from 'zod'
import { priceOfUsd } from './nano-usd.ts'

const name = z
  .string()
  .regex(
    /^[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)*$/,
    'Write it in lower-case letters and digits, with single - _ or . between them.',
  )
  .max(100)

const share = z.number().min(0).max(1)
const usd = z
  .number()
  .positive()
  .max(1_000_000)
  .refine(value => priceOfUsd(value) !== undefined, 'is smaller than a nano-dollar')

/** `support`, which is the release that serves, or `support@v2`. */
const release = z
  .string()
  .regex(/^[^@\s]+(?:@[^@\s]+)?$/, 'Write `service`, which is the release that serves, or `service@release`.')
  .max(200)

const column = z.string().min(1).max(200)

const request = z
  .strictObject({
    messages: column
      .optional()
      .describe(
        'The column that holds the messages as OpenAI’s chat API has them. A last one of the assistant is what is expected, and is not sent.',
      ),
    prompt: z
      .string()
      .min(1)
      .max(100_000)
      .optional()
      .describe(
        'What the user says: text with `{{column}}`, also `{{column.key}}`, and `{{name}}` for the entries of a column `vars`.',
      ),
    system: z
      .string()
      .min(1)
      .max(100_000)
      .optional()
      .describe(
        'A system message before the others, with columns as in `prompt`; the prompt of the release comes beside it.',
      ),
    parameters: z
      .record(z.string().max(100), z.json())
      .default({})
      .describe(
        'Of OpenAI’s chat API: `{ temperature: 0, max_tokens: 200 }`; the release’s own where they are left out.',
      ),
    sendSeed: z
      .boolean()
      .default(true)
      .describe(
        'Sends a `seed` with each request, another with each repeat; false where an upstream refuses it.',
      ),
    stream: z
      .boolean()
      .default(false)
      .describe('Asks for streams, so that the time to the first token is measured.'),
  })
  .describe('How an example becomes a request: `messages: column`, or `prompt: text with {{column}}`.')

const evaluator = z.union([
  z.string().min(1).max(100).describe('The name of an evaluator with its usual parameters.'),
  z.strictObject({
    use: z.string().min(1).max(100).describe('The evaluator: `slipway eval evaluators` lists them.'),
    name: name
      .optional()
      .describe('What it is called here, where one is used twice; the evaluator’s own by default.'),
    with: z.record(z.string(), z.json()).default({}).describe('Its parameters.'),
    threshold: share
      .optional()
      .describe('From which score on an answer passes; what the evaluator says, else 0.5.'),
  }),
])

const gate = z
  .strictObject({
    evaluator: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('The name that the evaluator has in this suite.'),
    mean: share.optional().describe('The lower end of the interval of the mean score has to reach it.'),
    passRate: share
      .optional()
      .describe('The lower end of the interval of the share that passes has to reach it.'),
    noRegression: share
      .optional()
      .describe(
        'How much lower than the baseline’s the mean may be: the interval of the difference has to stay above it.',
      ),
    costPerExampleUsd: usd.optional().describe('What an example may cost on average.'),
    latencyP95Ms: z
      .number()
      .positive()
      .max(3_600_000)
      .optional()
      .describe('What 95 of 100 answers have to stay under.'),
    parity: share
      .optional()
      .describe(
        'How far the mean scores of two groups may lie apart, on a dataset of counterfactuals sliced by `attribute` and `group`; the interval of every pair has to stay within it.',
      ),
    equalisedOdds: share
      .optional()
      .describe(
        'How far two slices may lie apart in how often a label is said of what has it, and of what has not; the interval of every pair has to stay within it.',
      ),
    equalOpportunity: share.optional().describe('The same only of what has the label.'),
    demographicParity: share
      .optional()
      .describe('How far two slices may lie apart in how often a label is said at all.'),
    labels: z
      .array(z.string().min(1).max(200))
      .min(1)
      .max(50)
      .optional()
      .describe('Of these three: the labels that it is about; all that are wanted by default.'),
    slices: z
      .array(column)
      .min(1)
      .max(20)
      .optional()
      .describe('Holds for every value of these columns by itself; intervals are widened for their number.'),
    releases: z
      .array(release)
      .min(1)
      .max(20)
      .optional()
      .describe('The releases it holds for; all but the baseline where there is another.'),
  })
  .describe(
    'What a release must keep: exactly one of `mean`, `passRate`, `noRegression`, `parity`, `equalisedOdds`, `equalOpportunity`, `demographicParity`, `costPerExampleUsd`, `latencyP95Ms`.',
  )

export const gateMeasures = [
  'mean',
  'passRate',
  'noRegression',
  'parity',
  'equalisedOdds',
  'equalOpportunity',
  'demographicParity',
  'costPerExampleUsd',
  'latencyP95Ms',
] as const
export type GateMeasure = (typeof gateMeasures)[number]

/** A suite as it is written. */
export const suiteSchema = z.strictObject({
  suite: name.describe('Its name; its spend stands in the ledger as `evaluation:NAME`.'),
  description: z.string().max(4_000).optional().describe('What it is for.'),
  dataset: z
    .string()
    .min(1)
    .max(300)
    .describe(
      'The version: `name`, `name@branch`, `name@tag`, `name@12`, `name@3f0c91aa`; `:split` behind it. A run pins it.',
    ),
  expected: column.optional().describe('The column with what is expected; the one of that role by default.'),
  context: column
    .optional()
    .describe('The column with what the answer has to rest on; the one of that role by default.'),
  request,
  releases: z
    .array(release)
    .min(1)
    .max(20)
    .describe('Which releases are asked: `service`, which is the one that serves, or `service@release`.'),
  baseline: release
    .optional()
    .describe('The one of them that the others are held against; the first by default.'),
  evaluators: z.array(evaluator).min(1).max(50).describe('What scores the answers.'),
  repeats: z
    .int()
    .min(1)
    .max(50)
    .default(1)
    .describe('How often each example is asked, each time with another seed: shows what flickers.'),
  seed: z.int().min(0).max(2_147_483_647).default(1).describe('Of requests, samples and intervals.'),
  sample: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('So many examples, the same ones each time, instead of all.'),
  slices: z
    .array(column)
    .max(20)
    .default([])
    .describe(
      'Columns by whose values results are told apart, and `slices` that the definition of the dataset declares.',
    ),
  margin: share
    .default(0.02)
    .describe('Differences of mean scores up to it do not matter: two releases within it are equivalent.'),
  confidence: z.number().min(0.5).max(0.999).default(0.95).describe('Of all intervals.'),
  budgetUsd: usd.optional().describe('A run pauses when it has cost this, judges included.'),
  concurrency: z
    .int()
    .min(1)
    .max(256)
    .default(8)
    .describe('Examples under way at once; the server’s bound holds beside it.'),
  mostErrors: share
    .default(0.05)
    .describe(
      'The share of examples that may end without an answer or a score; with more the verdict is "not enough".',
    ),
  gates: z
    .array(gate)
    .max(100)
    .default([])
    .describe('What has to hold; a run without gates has nothing to fail.'),
})

export type SuiteText = z.output<typeof suiteSchema>
export type GateDeclaration = z.output<typeof gate>
