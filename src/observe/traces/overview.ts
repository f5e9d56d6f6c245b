import { z } from 'zod'
import { Failure } from '../../foundation/platform/index.ts'
import type { Queryable } from '../../foundation/platform/index.ts'
import { dayMs } from './day.ts'
import { roundMs } from './inference-wire.ts'
import { rollupWidthsSeconds } from './rollup.ts'
import { readRollups } from './rollup-store.ts'
import { Tally } from './tally.ts'

const durationMs = z.number().nullable()

const totalsSchema = z
  .object({
    requests: z.int(),
    errors: z.int(),
    aborted: z.int(),
    input_tokens: z.int().describe('All prompt tokens, cached ones included.'),
    output_tokens: z.int().describe('All answer tokens, reasoning included.'),
    cost_nano_usd: z.int().nullable().describe('Of the priced inferences; null where none was.'),
    unpriced_requests: z.int(),
    latency_p50_ms: durationMs.describe('Of successful inferences, within 1 %; null where there were none.'),
    latency_p95_ms: durationMs,
    ttft_p50_ms: durationMs,
    ttft_p95_ms: durationMs,
  })
  .meta({ id: 'OverviewTotals' })

export const overviewSchema = z
  .object({
    since: z.iso.datetime(),
    until: z.iso.datetime(),
    bucket_seconds: z.int(),
    totals: totalsSchema,
    previous: totalsSchema.describe('The same for the period just before, equally long.'),
    series: z.array(
      z.object({
        at: z.iso.datetime(),
        requests: z.int(),
        errors: z.int(),
        latency_p50_ms: durationMs,
        latency_p95_ms: durationMs,
        ttft_p50_ms: durationMs,
        ttft_p95_ms: durationMs,
        output_tokens_per_second: z.number().describe('Of all inferences together.'),
        cost_nano_usd: z.int().nullable(),
      }),
    ),
    services: z.array(
      z.object({
        service: z.string(),
        requests: z.int(),
        errors: z.int(),
        latency_p95_ms: durationMs,
        cost_nano_usd: z.int().nullable(),
      }),
    ),
  })
  .meta({ id: 'Overview' })

export type Overview = z.output<typeof overviewSchema>

const bucketWidthsSeconds = [60, 300, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400, 604_800]
const mostBuckets = 120
const longestRangeMs = 800 * dayMs

export interface OverviewQuery {
  /** From then on, and before then; both are widened to whole buckets. */
  readonly sinceMs: number
  readonly untilMs: number
  readonly tenant: string | undefined
  readonly services: readonly string[] | undefined
}

/** Counts, percentiles and cost of a period beside the one before. Reads rollups only, never inferences. */
export async function readOverview(
  queryable: Queryable,
  query: OverviewQuery,
  nowMs: number,
): Promise<Overview> {
  const { bucketSeconds, sinceMs, untilMs } = alignRange(query.sinceMs, query.untilMs)
  const bucketMs = bucketSeconds * 1_000
  const previousSinceMs = sinceMs - (untilMs - sinceMs)
  const rollups = await readRollups(queryable, {
    sinceMs: previousSinceMs,
    untilMs,
    bucketSeconds: rollupWidthsSeconds.findLast(width => bucketSeconds % width === 0) ?? 60,
    tenant: query.tenant,
    services: query.services,
  })

  const previous = new Tally()
  const totals = new Tally()
  const buckets = Array.from({ length: (untilMs - sinceMs) / bucketMs }, () => new Tally())
  const services = new Map<string, Tally>()
  for (const rollup of rollups) {
    const atMs = rollup.at.getTime()
    if (atMs < sinceMs) {
      previous.addStored(rollup)
      continue
    }
    buckets[Math.floor((atMs - sinceMs) / bucketMs)]?.addStored(rollup)
    const service = services.get(rollup.service) ?? new Tally()
    services.set(rollup.service, service)
    service.addStored(rollup)
  }
  for (const bucket of buckets) totals.addTally(bucket)

  return {
    since: new Date(sinceMs).toISOString(),
    until: new Date(untilMs).toISOString(),
    bucket_seconds: bucketSeconds,
    totals: toTotals(totals),
    previous: toTotals(previous),
    series: buckets.map((tally, index) => {
      const atMs = sinceMs + index * bucketMs
      // The bucket that is still filling is as long as it has lasted so far.
      const seconds = Math.max(1, Math.min(bucketMs, nowMs - atMs) / 1_000)
      return {
        at: new Date(atMs).toISOString(),
        requests: tally.requests,
        errors: tally.errors,
        ...percentiles(tally),
        output_tokens_per_second: tally.outputTokens / seconds,
        cost_nano_usd: cost(tally),
      }
    }),
    services: [...services]
      .toSorted(([, left], [, right]) => right.requests - left.requests)
      .map(([service, tally]) => ({
        service,
        requests: tally.requests,
        errors: tally.errors,
        latency_p95_ms: percentiles(tally).latency_p95_ms,
        cost_nano_usd: cost(tally),
      })),
  }
}

/** Picks the narrowest bucket that leaves at most 120 of them, and widens the range to whole ones. */
export function alignRange(
  sinceMs: number,
  untilMs: number,
): { bucketSeconds: number; sinceMs: number; untilMs: number } {
  if (sinceMs >= untilMs) {
    throw new Failure('invalid_request', '`since` must be before `until`.', {
      details: { parameter: 'since' },
    })
  }
  if (untilMs - sinceMs > longestRangeMs) {
    throw new Failure('invalid_request', 'An overview covers at most 800 days; choose a later `since`.', {
      details: { parameter: 'since' },
    })
  }
  const seconds = (untilMs - sinceMs) / 1_000
  const bucketSeconds = bucketWidthsSeconds.find(width => seconds / width <= mostBuckets) ?? 604_800
  const bucketMs = bucketSeconds * 1_000
  return {
    bucketSeconds,
    sinceMs: Math.floor(sinceMs / bucketMs) * bucketMs,
    untilMs: Math.ceil(untilMs / bucketMs) * bucketMs,
  }
}

function toTotals(tally: Tally): Overview['totals'] {
  return {
    requests: tally.requests,
    errors: tally.errors,
    aborted: tally.aborted,
    input_tokens: tally.inputTokens,
    output_tokens: tally.outputTokens,
    cost_nano_usd: cost(tally),
    unpriced_requests: tally.unpricedRequests,
    ...percentiles(tally),
  }
}

function percentiles(
  tally: Tally,
): Pick<Overview['totals'], 'latency_p50_ms' | 'latency_p95_ms' | 'ttft_p50_ms' | 'ttft_p95_ms'> {
  return {
    latency_p50_ms: roundMs(tally.latency.quantile(0.5)),
    latency_p95_ms: roundMs(tally.latency.quantile(0.95)),
    ttft_p50_ms: roundMs(tally.ttft.quantile(0.5)),
    ttft_p95_ms: roundMs(tally.ttft.quantile(0.95)),
  }
}

function cost(tally: Tally): number | null {
  return tally.pricedRequests === 0 ? null : tally.costNanoUsd
}
