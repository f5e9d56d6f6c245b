import type { Price } from '../../foundation/config/index.ts'

/** How a target stood when one of several was chosen. */
export interface InferenceAlternative {
  readonly target: string
  readonly model: string
  readonly weight: number
  readonly inFlight: number
  readonly load: number
  readonly costNanoUsd?: number | undefined
  readonly ruledOut?: 'tried' | 'unavailable' | 'no_weight' | undefined
  readonly reason?: string | undefined
}

/** One limit that held for an inference. */
export interface InferenceLimit {
  readonly scope: string
  readonly id: string
  readonly measure: string
  readonly kind: 'hard' | 'soft'
  /** Requests, tokens, nano-dollars, or requests under way. */
  readonly limit: number
  readonly per?: string | undefined
  readonly setAside: number
  readonly left: number
}

export interface InferenceCacheLook {
  readonly startMs: number
  readonly endMs: number
  readonly how: 'exact' | 'semantic' | 'miss' | 'skipped'
  readonly why?: string | undefined
  readonly ageSeconds?: number | undefined
  readonly similarity?: number | undefined
}

/** What a charge was reckoned by. */
export interface InferencePrice {
  readonly target: string
  readonly model: string
  readonly costNanoUsd?: number | undefined
  /** `upstream`, `configuration`, or the name of a price list; left out where there was no price. */
  readonly by?: string | undefined
  readonly from?: string | undefined
  readonly source?: string | undefined
}

/** What was decided of an inference on its way, beside what its record says anyway. Milliseconds since it came. */
export interface InferenceDecisions {
  readonly readMs: number
  readonly role: string
  readonly isListed: boolean
  readonly priority?: string | undefined
  readonly askedMs?: number | undefined
  readonly limits?: readonly InferenceLimit[] | undefined
  readonly boundOutputTokens?: number | undefined
  readonly cache?: InferenceCacheLook | undefined
  readonly routedMs?: number | undefined
  readonly denied?: readonly { readonly kind: string; readonly atMs: number }[] | undefined
  /** Which release of a rollout it fell to, by what it was told apart, and why it went where it went. */
  readonly traffic?:
    | {
        readonly by: string
        readonly why: 'assigned' | 'bound' | 'held back' | 'sent back' | 'copied'
        readonly fell: string
      }
    | undefined
  /** Put together from the charges when it is stored. */
  readonly prices?: readonly InferencePrice[] | undefined
}

interface Charged {
  readonly target: string
  readonly model: string
  readonly costNanoUsd: number | undefined
  readonly price?: Price | 'upstream' | undefined
}

/** As it is stored: microseconds are exact enough, and every digit is room. */
export function toStoredDecisions(
  decisions: InferenceDecisions,
  charges: readonly Charged[] = [],
): InferenceDecisions {
  const { limits, prices: _, cache, denied, ...rest } = decisions
  return {
    ...rest,
    readMs: short(rest.readMs),
    askedMs: short(rest.askedMs),
    routedMs: short(rest.routedMs),
    ...(limits && limits.length > 0 && { limits }),
    ...(cache && { cache: { ...cache, startMs: short(cache.startMs), endMs: short(cache.endMs) } }),
    ...(denied && { denied: denied.map(({ kind, atMs }) => ({ kind, atMs: short(atMs) })) }),
    ...(charges.length > 0 && { prices: charges.map(priceOf) }),
  }
}

function priceOf({ target, model, costNanoUsd, price }: Charged): InferencePrice {
  if (price === undefined) return { target, model, costNanoUsd }
  if (price === 'upstream') return { target, model, costNanoUsd, by: price }
  const { list, from, source } = price
  const day = from.toISOString().slice(0, 10)
  return { target, model, costNanoUsd, by: list ?? 'configuration', from: day, source }
}

/** Of the attempts' times, too. */
export function short(durationMs: number): number
export function short(durationMs: number | undefined): number | undefined
export function short(durationMs: number | undefined): number | undefined {
  return durationMs === undefined ? undefined : Math.round(durationMs * 1_000) / 1_000
}
