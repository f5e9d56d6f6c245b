import { z } from 'zod'
import type { Score } from './score.ts'

/** What a judge found of an inference. */
export const scoreSchema = z
  .object({
    id: z.uuid(),
    inference_id: z.uuid(),
    name: z.string().describe('The judge.'),
    value: z
      .number()
      .nullable()
      .describe(
        'From 0 to 1; null where there was nothing to judge, or `failure` says why it could not tell.',
      ),
    label: z.string().nullable(),
    rationale: z.string().nullable().describe('In the words of the judge, masked.'),
    failure: z.string().nullable(),
    judge_hash: z.string().describe('What the judge went by; scores of two hashes are not to be compared.'),
    model: z.string().nullable(),
    cost_nano_usd: z.int().nullable().describe('Null is unpriced.'),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Score' })

export const scoreListSchema = z
  .object({
    data: z.array(scoreSchema),
    waiting: z.array(z.string()).describe('The judges that have still to see it.'),
    next_cursor: z.null(),
  })
  .meta({ id: 'ScoreList' })

export function toWireScore(score: Score): z.output<typeof scoreSchema> {
  return {
    id: score.id,
    inference_id: score.inferenceId,
    name: score.name,
    value: score.value ?? null,
    label: score.label ?? null,
    rationale: score.rationale ?? null,
    failure: score.failure ?? null,
    judge_hash: score.judgeHash,
    model: score.model ?? null,
    cost_nano_usd: score.costNanoUsd ?? null,
    created_at: score.createdAt.toISOString(),
  }
}

const figuresSchema = z.object({
  service: z.string().describe('Whose answers it judged.'),
  judged: z.int(),
  failed: z.int().describe('Those that it could not judge in three tries.'),
  skipped: z
    .int()
    .describe(
      'Those that were not judged: the queue was full, the budget spent, or nothing was kept of them.',
    ),
  mean: z.number().nullable().describe('Of the scores that have a value.'),
  cost_nano_usd: z.int(),
})

/** A judge with what it did. */
export const judgeSchema = z
  .object({
    name: z.string(),
    kind: z.string(),
    description: z.string().nullable(),
    hash: z.string(),
    service: z.string().describe('The service that judges.'),
    rubric_version: z.string().nullable(),
    sample_percent: z.number(),
    nano_usd_per_day: z.int().nullable(),
    judges: z.array(z.string()).describe('The services whose answers it judges.'),
    waiting: z.int(),
    figures: z.array(figuresSchema),
  })
  .meta({ id: 'Judge' })

export const judgeListSchema = z
  .object({ data: z.array(judgeSchema), next_cursor: z.null() })
  .meta({ id: 'JudgeList' })
