import { z } from 'zod'
import { oddsMeasures } from '../bias/odds.ts'
import type { SliceOdds } from '../bias/read-odds.ts'

export const oddsQuery = z.object({
  release: z.string().max(200).optional().describe('The baseline by default.'),
  margin: z.coerce.number().min(0.001).max(1).default(0.1).describe('How far two slices may lie apart.'),
  labels: z
    .string()
    .max(2_000)
    .optional()
    .describe('Labels that it is about, with commas; all that are wanted by default.'),
})

const rate = z.enum(['truePositives', 'falsePositives', 'selected'])

export const oddsSchema = z
  .object({
    release: z.string(),
    margin: z.number(),
    data: z.array(
      z.object({
        evaluator: z.string(),
        column: z.string(),
        rates: z.array(
          z.object({
            slice: z.string(),
            label: z.string(),
            rate: rate.describe('How often the label is said of what has it, of what has not, of all.'),
            share: z.number(),
            units: z.int().describe('Independent examples that it is of.'),
          }),
        ),
        measures: z.array(
          z.object({
            measure: z.enum(oddsMeasures),
            verdict: z.enum(['within', 'outside', 'not enough']),
            says: z.string(),
            left_out: z.int().describe('Comparisons for which there are too few examples.'),
            gaps: z.array(
              z.object({
                label: z.string(),
                rate,
                first: z.string(),
                second: z.string(),
                difference: z.number().describe('Of second − first.'),
                low: z.number().describe('Holds for all gaps of the measure at once.'),
                high: z.number(),
                units: z.int(),
              }),
            ),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'EvaluationOdds' })

export function toWireOdds(
  release: string,
  margin: number,
  found: readonly SliceOdds[],
): z.output<typeof oddsSchema> {
  return {
    release,
    margin,
    data: found.map(({ evaluator, column, rates, measures }) => ({
      evaluator,
      column,
      rates: rates.map(one => ({ ...one })),
      measures: measures.map(({ measure, verdict, says, leftOut, gaps }) => ({
        measure,
        verdict,
        says,
        left_out: leftOut,
        gaps: gaps.map(gap => ({ ...gap })),
      })),
    })),
  }
}
