import { Tooltip } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Overview, OverviewTotals } from '../../api/types.ts'
import { formatDuration } from '../../format/duration.ts'
import { formatCost } from '../../format/money.ts'
import {
  type Change,
  compare,
  formatCount,
  formatShare,
  formatTokensPerSecond,
  none,
} from '../../format/number.ts'
import { Sparkline } from '../../parts/sparkline.tsx'

/** The figures of the period, each with its shape and how it moved against the period before. */
export function Totals({ overview, before }: { readonly overview: Overview; readonly before: string }) {
  const { totals, previous, series } = overview
  const duration = (ms: number | null) => (ms === null ? none : formatDuration(ms))
  const errorRate = (of: { requests: number; errors: number }) =>
    of.requests === 0 ? null : of.errors / of.requests
  const seconds = (Date.parse(overview.until) - Date.parse(overview.since)) / 1000
  return (
    <dl className="totals" aria-label="Totals">
      <Total
        label="Requests"
        value={formatCount(totals.requests)}
        note={totals.aborted > 0 ? `${formatCount(totals.aborted)} aborted` : undefined}
        change={compare(totals.requests, previous.requests)}
        before={before}
        values={series.map(bucket => bucket.requests)}
      />
      <Total
        label="Errors"
        value={formatShare(totals.errors, totals.requests)}
        note={`${formatCount(totals.errors)} failed`}
        change={compare(errorRate(totals), errorRate(previous))}
        before={before}
        worse="up"
        values={series.map(bucket => bucket.errors)}
      />
      <Total
        label="Latency p95"
        value={duration(totals.latency_p95_ms)}
        note={`p50 ${duration(totals.latency_p50_ms)}`}
        change={compare(totals.latency_p95_ms, previous.latency_p95_ms)}
        before={before}
        worse="up"
        values={series.map(bucket => bucket.latency_p95_ms)}
      />
      <Total
        label="First token p95"
        value={duration(totals.ttft_p95_ms)}
        note={`p50 ${duration(totals.ttft_p50_ms)}`}
        change={compare(totals.ttft_p95_ms, previous.ttft_p95_ms)}
        before={before}
        worse="up"
        values={series.map(bucket => bucket.ttft_p95_ms)}
      />
      <Total
        label="Output tokens"
        value={formatCount(totals.output_tokens)}
        note={`${formatTokensPerSecond(totals.output_tokens / seconds)}, ${formatCount(totals.input_tokens)} in`}
        change={compare(totals.output_tokens, previous.output_tokens)}
        before={before}
        values={series.map(bucket => bucket.output_tokens_per_second)}
      />
      <Total
        label="Cost"
        value={cost(totals)}
        note={totals.unpriced_requests > 0 ? `${formatCount(totals.unpriced_requests)} unpriced` : undefined}
        change={compare(totals.cost_nano_usd, previous.cost_nano_usd)}
        before={before}
        values={series.map(bucket => bucket.cost_nano_usd)}
      />
    </dl>
  )
}

function cost({ cost_nano_usd, unpriced_requests }: OverviewTotals): string {
  return cost_nano_usd === null && unpriced_requests === 0 ? none : formatCost(cost_nano_usd)
}

function Total(props: {
  readonly label: string
  readonly value: string
  readonly note: string | undefined
  readonly change: Change | undefined
  readonly before: string
  /** The direction that is bad news, where there is one. */
  readonly worse?: 'up' | 'down'
  readonly values: readonly (number | null)[]
}) {
  return (
    <div className="total">
      <dt>{props.label}</dt>
      <dd className="total-value">{props.value}</dd>
      <dd className="total-note">{props.note ?? '\u00A0'}</dd>
      <dd className="total-shape">
        <Sparkline values={props.values} />
      </dd>
      <dd className="total-change">{changeText(props.change, props.before, props.worse)}</dd>
    </div>
  )
}

function changeText(change: Change | undefined, before: string, worse: 'up' | 'down' | undefined): ReactNode {
  if (!change) return '\u00A0'
  if (change.direction === 'same') return `same as the ${before}`
  const tone = worse === undefined ? 'plain' : change.direction === worse ? 'bad' : 'good'
  return (
    <Tooltip label={`Compared with the ${before}`}>
      <span>
        <b data-tone={tone}>
          {change.direction === 'up' ? '↑' : '↓'} {change.text}
        </b>{' '}
        vs {before}
      </span>
    </Tooltip>
  )
}
