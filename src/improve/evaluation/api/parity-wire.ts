import { z } from 'zod'
import type { AttributeParity, PairGap } from '../bias/parity.ts'
import type { Disagreement } from '../bias/repeats.ts'

export const parityQuery = z.object({
  release: z.string().max(200).optional().describe('The baseline by default.'),
  margin: z.coerce
    .number()
    .min(0.001)
    .max(1)
    .default(0.05)
    .describe('How far the mean scores of two groups may lie apart.'),
})

const gap = z.object({
  evaluator: z.string(),
  first: z.string(),
  second: z.string(),
  difference: z.number().describe('Mean of second − first.'),
  low: z.number().describe('Holds for all pairs and evaluators of the attribute at once.'),
  high: z.number(),
  units: z.int().describe('Examples that both groups have.'),
})
const disagreement = z.object({
  same: z.number().describe('The share of pairs of answers to one form that differ.'),
  other: z.number().describe('The share of pairs of answers to two forms that differ.'),
  excess: z.number().describe('other − same: what the form adds.'),
  low: z.number(),
  high: z.number(),
})
const repeats = z
  .object({
    units: z.int(),
    says: z.string(),
    texts: disagreement,
    labels: disagreement.nullable(),
    scores: z.array(
      z.object({
        evaluator: z.string(),
        within: z.number().describe('Standard deviation of the scores of one form, asked again.'),
        between: z
          .number()
          .describe('Standard deviation between the forms of an example when chance is taken off.'),
        low: z.number(),
        high: z.number(),
      }),
    ),
  })
  .describe('What asking again tells of differences between forms; null where each was asked once.')
const verdict = z.enum(['within', 'outside', 'not enough'])

export const paritySchema = z
  .object({
    release: z.string(),
    margin: z.number(),
    data: z.array(
      z.object({
        attribute: z.string(),
        groups: z.array(z.string()),
        verdict,
        says: z.string(),
        units: z.int(),
        changed_answers: z
          .number()
          .describe('The share of examples whose answers are not the same in all forms.'),
        changed_labels: z.number().nullable(),
        similarity: z.object({ bleu: z.number(), rouge_l: z.number(), jaccard: z.number() }),
        evaluators: z.array(
          z.object({
            evaluator: z.string(),
            verdict,
            groups: z.array(z.object({ group: z.string(), mean: z.number().nullable(), units: z.int() })),
            strict: z.number().describe('The largest Wasserstein distance of two groups’ scores.'),
            weak: z.number().describe('The largest difference in the share that passes.'),
          }),
        ),
        gaps: z.array(gap),
        repeats: repeats.nullable(),
      }),
    ),
  })
  .meta({ id: 'EvaluationParity' })

export function toWireParity(
  release: string,
  margin: number,
  found: readonly AttributeParity[],
): z.output<typeof paritySchema> {
  return {
    release,
    margin,
    data: found.map(one => ({
      attribute: one.attribute,
      groups: [...one.groups],
      verdict: one.verdict,
      says: one.says,
      units: one.units,
      changed_answers: one.changedAnswers,
      changed_labels: one.changedLabels ?? null,
      similarity: {
        bleu: one.similarity.bleu,
        rouge_l: one.similarity.rougeL,
        jaccard: one.similarity.jaccard,
      },
      evaluators: one.evaluators.map(({ evaluator, verdict: own, groups, strict, weak }) => ({
        evaluator,
        verdict: own,
        groups: groups.map(group => ({ ...group, mean: Number.isNaN(group.mean) ? null : group.mean })),
        strict,
        weak,
      })),
      gaps: one.gaps.map((pair: PairGap) => ({ ...pair })),
      repeats: one.repeats
        ? {
            units: one.repeats.units,
            says: one.repeats.says,
            texts: toWireDisagreement(one.repeats.texts),
            labels: one.repeats.labels ? toWireDisagreement(one.repeats.labels) : null,
            scores: one.repeats.scores.map(score => ({ ...score })),
          }
        : null,
    })),
  }
}

function toWireDisagreement(found: Disagreement): z.output<typeof disagreement> {
  return { ...found }
}
