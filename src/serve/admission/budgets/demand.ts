import { unpricedRefusal } from './refusals.ts'
import type { Rule } from './rule.ts'

/** What is asked for. */
export interface AdmissionDemand {
  readonly inferenceId: string
  readonly requestId: string
  readonly tenant: string
  readonly keyId: string
  readonly service: string
  /** Errs upwards. */
  readonly inputTokens: () => number
  /** `undefined` where the client sets no bound; `assumedOutputTokens` is taken then. */
  readonly maxOutputTokens: number | undefined
  readonly assumedOutputTokens: number
  /** Nano-dollars at most; `undefined` where a target it may go to has no price. */
  readonly worstCaseNanoUsd: (maxOutputTokens: number) => number | undefined
}

/** How much of the limit of a rule the worst case takes. */
export function amountOf(rule: Rule, demand: AdmissionDemand): number {
  if (rule.measure === 'requests' || rule.measure === 'concurrent') return 1
  const output = demand.maxOutputTokens ?? demand.assumedOutputTokens
  if (rule.measure === 'tokens') return demand.inputTokens() + output
  const worst = demand.worstCaseNanoUsd(output)
  if (worst === undefined && rule.kind === 'hard') throw unpricedRefusal(rule, demand.service)
  return worst ?? 0
}
