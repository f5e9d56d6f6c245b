import type { Queue } from '../../api/types.ts'
import { formatTick } from '../../format/time.ts'

const bucketSeconds = 5

/** Tokens that each tenant was served in each five seconds, as rows of a chart. */
export function historyOf(queue: Queue, nowMs: number): Record<string, string | number>[] {
  const length = Math.max(0, ...queue.tenants.map(tenant => tenant.served_history.length))
  return Array.from({ length }, (_, index) => {
    const at = new Date(nowMs - (length - 1 - index) * bucketSeconds * 1_000).toISOString()
    const served = queue.tenants.map(tenant => [tenant.tenant, tenant.served_history[index] ?? 0] as const)
    return { ...Object.fromEntries(served), tick: formatTick(at, bucketSeconds) }
  })
}

/** Tokens of the last minute. */
export function recentTokens(tenant: Queue['tenants'][number]): number {
  return tenant.served_history.slice(-60 / bucketSeconds).reduce((sum, tokens) => sum + tokens, 0)
}
