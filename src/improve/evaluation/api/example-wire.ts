import { z } from 'zod'

const scoreCell = z
  .object({
    evaluator: z.string(),
    value: z.number().nullable(),
    passed: z.boolean().nullable(),
    label: z.string().nullable(),
    failure: z.string().nullable(),
    cache: z.string(),
  })
  .meta({ id: 'EvaluationScoreCell' })

const itemCell = z
  .object({
    release: z.string(),
    repeat: z.int(),
    state: z.enum(['waiting', 'answered', 'scored', 'failed']),
    cache: z.string().nullable().describe('Why nobody was asked, or why somebody was.'),
    failure_code: z.string().nullable(),
    failure_message: z.string().nullable(),
    latency_ms: z.number().nullable(),
    cost_nano_usd: z.int().nullable(),
    scores: z.array(scoreCell),
  })
  .meta({ id: 'EvaluationItem' })

/** A row of the table of a run: what each release got for one example. */
export const exampleRowSchema = z
  .object({
    ordinal: z.int(),
    key: z.string(),
    slices: z.record(z.string(), z.string()),
    items: z.array(itemCell),
  })
  .meta({ id: 'EvaluationExample' })

const scoreDetail = scoreCell
  .extend({
    why: z.string().nullable().describe('In the words of the evaluator; null where its key was destroyed.'),
    use: z.string(),
    version: z.int(),
    parameters_hash: z.string(),
    threshold: z.number(),
    model: z.string().nullable().describe('The model that judged.'),
    prompt_hash: z.string().nullable(),
    seed: z.int(),
    repeat: z.int(),
    cost_nano_usd: z.int(),
    label_mean: z.number().nullable().describe('What people say of the answer.'),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'EvaluationScoreDetail' })

const itemDetail = itemCell
  .extend({
    scores: z.array(scoreDetail),
    answer: z.string().nullable(),
    body: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe('The whole answer, as OpenAI’s chat API has it.'),
    answer_key: z.string().nullable(),
    inference_id: z.uuid().nullable(),
    model: z.string().nullable(),
    finish_reason: z.string().nullable(),
    first_token_ms: z.number().nullable(),
    input_tokens: z.int().nullable(),
    output_tokens: z.int().nullable(),
    seed: z.int(),
    answered_at: z.iso.datetime().nullable(),
    attempts: z.int(),
  })
  .meta({ id: 'EvaluationItemDetail' })

export const exampleDetailSchema = z
  .object({
    ordinal: z.int(),
    key: z.string(),
    slices: z.record(z.string(), z.string()),
    row: z.record(z.string(), z.unknown()).nullable().describe('As the version of the dataset has it.'),
    messages: z.array(z.record(z.string(), z.unknown())).nullable().describe('What was asked.'),
    expected: z.unknown(),
    context: z.unknown(),
    items: z.array(itemDetail),
  })
  .meta({ id: 'EvaluationExampleDetail' })

export type WireExampleRow = z.output<typeof exampleRowSchema>
export type WireExampleDetail = z.output<typeof exampleDetailSchema>
