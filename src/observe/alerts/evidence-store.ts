import type { SloConfig } from '../../foundation/config/index.ts'
import type { Queryable } from '../../foundation/platform/index.ts'
import { leastIdAt } from '../traces/index.ts'

/** The last inferences that an objective says were bad, newest first: somewhere to begin to look. */
export async function findBadInferences(
  queryable: Queryable,
  service: string,
  slo: SloConfig,
  sinceMs: number,
  limit: number,
): Promise<string[]> {
  const values: unknown[] = [service, leastIdAt(sinceMs)]
  const value = (given: unknown): string => `$${values.push(given)}`
  const rows = await queryable.query<{ id: string }>(
    `select id from inferences where service = $1 and not is_shadow and id >= $2::uuid and ${conditionOf(slo, value)}
      order by id desc limit ${value(limit)}`,
    values,
  )
  return rows.map(({ id }) => id)
}

/** As `judge`, as far as rows tell; what guardrails said is with the inference. */
function conditionOf(slo: SloConfig, value: (given: unknown) => string): string {
  if (slo.latencyMs !== undefined) return `outcome = 'ok' and latency_ms > ${value(slo.latencyMs)}`
  if (slo.firstTokenMs !== undefined)
    return `outcome = 'ok' and is_stream and ttft_ms > ${value(slo.firstTokenMs)}`
  if (slo.costUsd !== undefined) return `cost_nano_usd > ${value(Math.round(slo.costUsd * 1e9))}`
  if (slo.verdicts) return 'false'
  return `outcome <> 'ok' and (status >= 500 or failure_code in ('overloaded', 'engine_busy', 'upstream_rate_limited'))
    and outcome = 'error'`
}
