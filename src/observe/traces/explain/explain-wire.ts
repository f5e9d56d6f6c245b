import { z } from 'zod'
import type { Inference } from '../inference.ts'
import { roundMs } from '../inference-wire.ts'
import { explain } from './explain.ts'
import { explainKinds } from './explain-step.ts'
import type { ExplainedReview } from './review-steps.ts'

export const explanationSchema = z
  .object({
    inference_id: z.uuid(),
    outcome: z.enum(['ok', 'error', 'aborted']),
    is_complete: z
      .boolean()
      .describe('False for an inference that was recorded before decisions were: some are missing then.'),
    steps: z.array(
      z
        .object({
          kind: z.enum(explainKinds),
          decision: z.string().describe('What was decided, as a name, e.g. `admitted`, `miss`, `fallback`.'),
          at_ms: z.number().describe('Since the request came.'),
          text: z.string().describe('The decision in a sentence.'),
          reason: z.string().describe('Why, in a sentence.'),
          ground: z
            .object({ kind: z.enum(['configuration', 'policy']), hash: z.string() })
            .nullable()
            .describe('What it rests on.'),
          evidence: z.record(z.string(), z.unknown()),
        })
        .meta({ id: 'ExplainStep' }),
    ),
  })
  .meta({ id: 'Explanation' })

export type WireExplanation = z.output<typeof explanationSchema>

export function toWireExplanation(
  inference: Inference,
  reviews: readonly ExplainedReview[],
): WireExplanation {
  return {
    inference_id: inference.id,
    outcome: inference.outcome,
    is_complete: inference.decisions !== undefined,
    steps: explain(inference, reviews).map(({ kind, decision, atMs, text, reason, ground, evidence }) => ({
      kind,
      decision,
      at_ms: roundMs(atMs),
      text,
      reason,
      ground: ground ?? null,
      evidence: { ...evidence },
    })),
  }
}
