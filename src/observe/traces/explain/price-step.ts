import type { InferencePrice } from '../decisions.ts'
import type { Inference } from '../inference.ts'
import type { ExplainStep } from './explain-step.ts'
import { dollars } from './limits-step.ts'

/** What was charged, by whom, and what that was reckoned by. */
export function priceSteps(inference: Inference): ExplainStep[] {
  const { decisions, latencyMs, snapshotHash, isCostEstimate } = inference
  return (decisions?.prices ?? []).map(price => ({
    kind: 'price',
    decision: price.costNanoUsd === undefined ? 'unpriced' : 'priced',
    atMs: latencyMs,
    text:
      price.costNanoUsd === undefined
        ? `What ${price.target} ${price.model} charged is not known.`
        : `${price.target} ${price.model} cost ${dollars(price.costNanoUsd)}${isCostEstimate ? ', partly estimated' : ''}.`,
    reason: reasonOf(price),
    ground: { kind: 'configuration', hash: snapshotHash },
    evidence: {
      target: price.target,
      model: price.model,
      cost_nano_usd: price.costNanoUsd ?? null,
      by: price.by ?? null,
      from: price.from ?? null,
      source: price.source ?? null,
    },
  }))
}

function reasonOf({ by, from, source, costNanoUsd }: InferencePrice): string {
  const read = source === undefined ? '' : ` (${source})`
  if (by === undefined) return 'No price is declared for it.'
  if (costNanoUsd === undefined)
    return `The price of ${from ?? 'then'}${read} does not name all that was used.`
  if (by === 'upstream')
    return 'The upstream said itself what it cost, and the provider is configured to be charged by that.'
  const where = by === 'configuration' ? 'the configuration' : `the price list ${by}`
  return `By the price of ${where} that holds from ${from ?? 'then'}${read}.`
}
