import { addUsage, type Usage, usageOf } from '../../foundation/config/index.ts'
import { timeOfId } from '../../foundation/platform/index.ts'
import type { Inference, InferenceCharge } from '../traces/index.ts'

/** By what costs are kept, and can be asked. */
export interface CostKey {
  /** UTC, ISO. */
  readonly day: string
  readonly tenant: string
  readonly service: string
  readonly keyId: string
  readonly target: string
  readonly model: string
  readonly upstreamModel: string
  readonly serviceTier: string
}

export interface CostFigures {
  readonly calls: number
  /** Calls that used something for which no price is declared. */
  readonly unpricedCalls: number
  /** Calls whose usage is partly a guess of ours. */
  readonly estimatedCalls: number
  /** Calls that our own cache answered: nothing was sent, nothing is paid. */
  readonly cachedCalls: number
  readonly costNanoUsd: number
  /** Saved by the prompt caches of providers, and by our own cache of answers. */
  readonly cacheSavedNanoUsd: number
  readonly answersSavedNanoUsd: number
  readonly usage: Usage
}

export type CostRollup = CostKey & CostFigures

export const noCosts: CostFigures = {
  calls: 0,
  unpricedCalls: 0,
  estimatedCalls: 0,
  cachedCalls: 0,
  costNanoUsd: 0,
  cacheSavedNanoUsd: 0,
  answersSavedNanoUsd: 0,
  usage: usageOf({}),
}

export function addFigures(left: CostFigures, right: CostFigures): CostFigures {
  return {
    calls: left.calls + right.calls,
    unpricedCalls: left.unpricedCalls + right.unpricedCalls,
    estimatedCalls: left.estimatedCalls + right.estimatedCalls,
    cachedCalls: left.cachedCalls + right.cachedCalls,
    costNanoUsd: left.costNanoUsd + right.costNanoUsd,
    cacheSavedNanoUsd: left.cacheSavedNanoUsd + right.cacheSavedNanoUsd,
    answersSavedNanoUsd: left.answersSavedNanoUsd + right.answersSavedNanoUsd,
    usage: addUsage(left.usage, right.usage),
  }
}

/** Sorts a batch by day and everything else, by the times of the ids. */
export function rollUpCosts(inferences: readonly Inference[]): CostRollup[] {
  const rollups = new Map<string, { readonly key: CostKey; figures: CostFigures }>()
  for (const inference of inferences) {
    for (const charge of chargesOf(inference)) {
      const key: CostKey = {
        day: new Date(timeOfId(inference.id) ?? inference.startedAtMs).toISOString().slice(0, 10),
        tenant: inference.tenant,
        service: inference.service,
        keyId: inference.keyId,
        target: storable(charge.target),
        model: storable(charge.model),
        upstreamModel: storable(charge.upstreamModel ?? charge.model),
        serviceTier: storable(charge.serviceTier ?? ''),
      }
      const name = Object.values(key).join('\n')
      const figures = figuresOf(charge, inference)
      const known = rollups.get(name)
      if (known) known.figures = addFigures(known.figures, figures)
      else rollups.set(name, { key, figures })
    }
  }
  return [...rollups.values()].map(({ key, figures }) => ({ ...key, ...figures }))
}

/** Nobody charges for these, and nobody counts them. */
const freeOperations: ReadonlySet<Inference['operation']> = new Set(['moderation', 'count_tokens'])

/** What an inference was charged by whom; one that succeeded without any count is a call without a price. */
function chargesOf(inference: Inference): readonly InferenceCharge[] {
  if (inference.charges && inference.charges.length > 0) return inference.charges
  const isCharged = inference.outcome === 'ok' && !freeOperations.has(inference.operation)
  if (!inference.usage && !isCharged) return []
  return [
    {
      target: inference.target ?? '',
      model: inference.upstreamModel ?? '',
      upstreamModel: inference.upstreamModel,
      serviceTier: inference.serviceTier,
      usage: inference.usage ?? usageOf({}),
      costNanoUsd: inference.costNanoUsd,
      cacheSavedNanoUsd: undefined,
      isEstimate: inference.isCostEstimate,
    },
  ]
}

function figuresOf(charge: InferenceCharge, { cache, savedNanoUsd }: Inference): CostFigures {
  return {
    calls: 1,
    unpricedCalls: charge.costNanoUsd === undefined ? 1 : 0,
    estimatedCalls: charge.isEstimate ? 1 : 0,
    cachedCalls: cache === undefined ? 0 : 1,
    costNanoUsd: charge.costNanoUsd ?? 0,
    cacheSavedNanoUsd: charge.cacheSavedNanoUsd ?? 0,
    answersSavedNanoUsd: cache === undefined ? 0 : (savedNanoUsd ?? 0),
    usage: charge.usage,
  }
}

/** Postgres stores neither NUL nor half a surrogate pair, and upstreams may send both. */
function storable(text: string): string {
  const short = text.length > 200 ? text.slice(0, 200) : text
  return short.includes('\0') || !short.isWellFormed() ? short.replaceAll('\0', '').toWellFormed() : short
}
