import type { TransformerSession } from '../model/transformer-session.ts'
import type { Weights } from '../model/weights.ts'
import type { TrainingSpec } from '../training-spec.ts'
import type { EncodedExample } from './encode-example.ts'
import { buildBatch, planBatches } from './plan-batches.ts'

/**
 * Loss of the outputs, and the share of the examples of which every output token is the likeliest one given what stands
 * before it: exactly those that greedy decoding gets right to the last token.
 */
export async function evaluateHeldOut(
  session: TransformerSession,
  weights: Weights,
  examples: readonly EncodedExample[],
  spec: TrainingSpec,
  padding: number,
): Promise<{ loss: number; exactMatch: number }> {
  const lengths = examples.map(({ ids }) => ids.length)
  let surprise = 0
  let counted = 0
  let exact = 0
  for (const plan of planBatches(lengths, { ...spec, pass: 0 })) {
    const batch = buildBatch(plan, examples, { padding, inputLossWeight: 0 })
    const logits = await session.logits(weights, batch.tokens, batch.rows)
    const vocabulary = logits.length / batch.tokens.length
    plan.examples.forEach((_, row) => {
      let isExact = true
      for (let at = row * batch.rowLength; at < (row + 1) * batch.rowLength; at += 1) {
        if (batch.weights[at] === 0) continue
        const scores = logits.subarray(at * vocabulary, (at + 1) * vocabulary)
        const target = batch.targets[at] ?? 0
        surprise += logSumExp(scores) - (scores[target] ?? 0)
        counted += 1
        isExact &&= likeliest(scores) === target
      }
      if (isExact) exact += 1
    })
  }
  return { loss: surprise / Math.max(1, counted), exactMatch: exact / Math.max(1, examples.length) }
}

export function likeliest(scores: Float32Array): number {
  let best = 0
  for (let index = 1; index < scores.length; index += 1) {
    if ((scores[index] ?? 0) > (scores[best] ?? 0)) best = index
  }
  return best
}

function logSumExp(scores: Float32Array): number {
  let highest = Number.NEGATIVE_INFINITY
  for (const score of scores) highest = Math.max(highest, score)
  let sum = 0
  for (const score of scores) sum += Math.exp(score - highest)
  return highest + Math.log(sum)
}
