import { addUsage, type Usage, usageOf, withoutCache } from '../../foundation/config/index.ts'
import { type Attempt, type ToldCost, untoldEnds } from '../routing/index.ts'

/** What one attempt was charged. */
export interface Charge {
  readonly target: string
  readonly model: string
  readonly upstreamModel: string | undefined
  readonly serviceTier: string | undefined
  readonly usage: Usage
  readonly costNanoUsd: number | undefined
  readonly cacheSavedNanoUsd: number | undefined
  readonly isEstimate: boolean
}

/** What the attempts of one request used and cost together. */
export interface Spend {
  readonly usage: Usage | undefined
  /** `undefined` where nothing was used, or where something was that has no price. */
  readonly costNanoUsd: number | undefined
  /** Attempt by attempt. */
  readonly charges: readonly Charge[]
  /** Whether part of it is a guess of ours, as the upstream never told. */
  readonly isEstimate: boolean
}

interface Part {
  readonly usage: Usage
  readonly isEstimate: boolean
}

/**
 * The usage that was told, where it was; else, for a call that may have been charged all the same, the estimated input
 * and the events of output that were seen. A refused or unreachable call costs nothing.
 */
export function spendOf(
  attempts: readonly Attempt[],
  startedAtMs: number,
  estimateInput: () => number,
): Spend {
  let total: Usage | undefined
  let costNanoUsd: number | undefined
  const charges: Charge[] = []
  let isPriced = true
  let isEstimate = false
  for (const attempt of attempts) {
    const part = partOf(attempt, estimateInput)
    if (!part) continue
    total = total ? addUsage(total, part.usage) : part.usage
    isEstimate ||= part.isEstimate
    const told: ToldCost = attempt.observation ?? {}
    const cost = attempt.target.cost(part.usage, startedAtMs, told)
    charges.push({
      target: attempt.target.name,
      model: attempt.target.model,
      upstreamModel: attempt.observation?.upstreamModel,
      serviceTier: told.serviceTier,
      ...part,
      costNanoUsd: cost,
      cacheSavedNanoUsd: savedByCache(attempt.target, part.usage, startedAtMs, told.serviceTier),
    })
    if (cost === undefined) isPriced = false
    else costNanoUsd = (costNanoUsd ?? 0) + cost
  }
  return { usage: total, costNanoUsd: isPriced ? costNanoUsd : undefined, charges, isEstimate }
}

/** By prices, also where the provider's own figure is charged: that says nothing of the cache. */
function savedByCache(
  target: Attempt['target'],
  usage: Usage,
  startedAtMs: number,
  serviceTier: string | undefined,
): number | undefined {
  if (usage.cacheReadTokens + usage.cacheWriteTokens + usage.cacheWriteHourTokens === 0) return undefined
  const cost = target.cost(usage, startedAtMs, { serviceTier })
  const without = target.cost(withoutCache(usage), startedAtMs, { serviceTier })
  return cost === undefined || without === undefined ? undefined : without - cost
}

function partOf(attempt: Attempt, estimateInput: () => number): Part | undefined {
  if (!attempt.isSent) return undefined
  const { observation, record } = attempt
  const isWhole = record.outcome === 'ok'
  if (!observation) {
    const mayBeCharged = untoldEnds.has(record.outcome ?? 'running')
    return mayBeCharged ? { usage: usageOf({ inputTokens: estimateInput() }), isEstimate: true } : undefined
  }
  const { usage, outputEvents } = observation
  if (usage && (isWhole || observation.finishReason !== undefined)) return { usage, isEstimate: false }
  // what broke off: counts that were told on the way are a lower bound
  if (usage) {
    const outputTokens = Math.max(usage.outputTokens, outputEvents - usage.reasoningTokens)
    return { usage: { ...usage, outputTokens }, isEstimate: true }
  }
  if (isWhole && outputEvents === 0) return undefined
  return { usage: usageOf({ inputTokens: estimateInput(), outputTokens: outputEvents }), isEstimate: true }
}
