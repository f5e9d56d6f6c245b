import type { SloConfig } from '../../foundation/config/index.ts'
import type { Inference } from '../traces/index.ts'

/** What of an inference objectives look at. */
export interface JudgedInference extends Pick<
  Inference,
  | 'service'
  | 'outcome'
  | 'status'
  | 'failureCode'
  | 'isStream'
  | 'latencyMs'
  | 'timeToFirstTokenMs'
  | 'costNanoUsd'
> {
  readonly verdicts?: readonly { readonly guard: string; readonly outcome: string }[] | undefined
}

/** Answered 429, and yet not the client's doing: what stands behind us had no room. */
const ourOverload: ReadonlySet<string> = new Set(['overloaded', 'engine_busy', 'upstream_rate_limited'])

/** Whether an inference was as promised; `undefined` where the promise says nothing of it. */
export function judge(inference: JudgedInference, slo: SloConfig): 'good' | 'bad' | undefined {
  const { outcome, isStream, latencyMs, timeToFirstTokenMs, costNanoUsd, verdicts } = inference
  if (slo.latencyMs !== undefined) {
    return outcome === 'ok' ? goodIf(latencyMs <= slo.latencyMs) : undefined
  }
  if (slo.firstTokenMs !== undefined) {
    if (outcome !== 'ok' || !isStream || timeToFirstTokenMs === undefined) return undefined
    return goodIf(timeToFirstTokenMs <= slo.firstTokenMs)
  }
  if (slo.costUsd !== undefined) {
    return costNanoUsd === undefined ? undefined : goodIf(costNanoUsd <= slo.costUsd * 1e9)
  }
  if (slo.verdicts) {
    const { not, guards } = slo.verdicts
    const heard = (verdicts ?? []).filter(({ guard }) => guards === undefined || guards.includes(guard))
    if (heard.length === 0) return undefined
    return goodIf(!heard.some(verdict => (not as readonly string[]).includes(verdict.outcome)))
  }
  return availabilityOf(inference)
}

/** Whether there was an answer; `undefined` where it is the client's doing that there was none. */
export function availabilityOf({
  outcome,
  status,
  failureCode,
}: Pick<JudgedInference, 'outcome' | 'status' | 'failureCode'>): 'good' | 'bad' | undefined {
  if (outcome === 'ok') return 'good'
  // what a client asked wrongly, may not do, or did not wait for says nothing of the service
  if (outcome === 'aborted') return undefined
  return status >= 500 || ourOverload.has(failureCode ?? '') ? 'bad' : undefined
}

function goodIf(isGood: boolean): 'good' | 'bad' {
  return isGood ? 'good' : 'bad'
}
