import { addUsage, type Price, type Usage, usageOf, withoutCache } from '../../foundation/config/index.ts'
import type { Attempt, ToldCost } from '../routing/index.ts'

/** What one attempt was charged. */
export interface Charge {
  readonly target: string
  readonly model: string
  readonly upstreamModel: string | undefined
  readonly serviceTier: string | undefined
  readonly usage: Usage
  readonly costNanoUsd: number | undefined
  /** What it was reckoned by: the upstream's own figure, or a price. */
  readonly price?: Price | 'upstream' | undefined
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

/** What is guessed where no upstream told; both err upwards. */
export interface Guess {
  readonly inputTokens: () => number
  /** The most that an answer of which nothing was seen may have had. */
  readonly outputTokens: number
}

/** Tokens that may have been made between the last event that was seen and the end of the call upstream. */
const unseenTokens = 32

/**
 * The usage that was told, where it was; else, for a call that may have been charged all the same, a guess that errs
 * upwards: the estimated input, and of the output what was seen of a stream and a little more, or all that a whole answer
 * may have had. A refused or unreachable call costs nothing.
 */
export function spendOf(attempts: readonly Attempt[], startedAtMs: number, guess: Guess): Spend {
  let total: Usage | undefined
  let costNanoUsd: number | undefined
  const charges: Charge[] = []
  let isPriced = true
  let isEstimate = false
  for (const attempt of attempts) {
    const part = partOf(attempt, guess)
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
      price: attempt.target.price?.(startedAtMs, told),
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

function partOf(attempt: Attempt, guess: Guess): Part | undefined {
  if (!attempt.mayHaveCost) return undefined
  const { observation, record, isStream } = attempt
  const isWhole = record.outcome === 'ok'
  const { usage, outputEvents = 0, finishReason } = observation ?? {}
  if (usage && (isWhole || finishReason !== undefined)) return { usage, isEstimate: false }
  // an upstream that counts nothing and said nothing: moderations, rerankings
  if (isWhole && outputEvents === 0) return undefined
  const seen = Math.max(outputEvents, (usage?.outputTokens ?? 0) + (usage?.reasoningTokens ?? 0))
  const outputTokens = isWhole
    ? seen
    : isStream
      ? Math.min(seen + unseenTokens, guess.outputTokens)
      : guess.outputTokens
  // counts that were told on the way are a lower bound
  const known = usage ?? usageOf({ inputTokens: guess.inputTokens() })
  return {
    usage: { ...known, outputTokens: Math.max(seen, outputTokens) - known.reasoningTokens },
    isEstimate: true,
  }
}
