import { Tooltip } from '@mantine/core'
import type { Inference } from '../../api/types.ts'
import { formatDuration } from '../../format/duration.ts'
import { formatCost } from '../../format/money.ts'
import { formatCount, none } from '../../format/number.ts'
import { formatExact } from '../../format/time.ts'
import { Status } from '../../parts/status.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'

export const rowHeightPx = 44

export function InferenceRow(props: {
  readonly inference: Inference
  readonly index: number
  readonly href: string
  readonly isOpen: boolean
  readonly topPx: number
}) {
  const { inference, index } = props
  const { usage } = inference
  return (
    <div
      role="row"
      className="inference"
      data-index={index}
      data-open={props.isOpen}
      aria-rowindex={index + 2}
      style={{ height: rowHeightPx, transform: `translateY(${props.topPx}px)` }}
    >
      <span role="cell">
        <a
          href={props.href}
          className="inference-link"
          aria-label={`${inference.service}, ${inference.outcome}, ${formatExact(inference.started_at)}`}
        >
          <TimeAgo iso={inference.started_at} />
        </a>
      </span>
      <span role="cell" className="inference-service">
        {inference.service}
        {inference.release !== null && <small>{inference.release}</small>}
      </span>
      <span role="cell" className="inference-target">
        {inference.upstream_model ?? inference.target ?? none}
      </span>
      <span role="cell" className="inference-tokens">
        {usage
          ? `${formatCount(totalInput(usage))} → ${formatCount(usage.output_tokens + usage.reasoning_tokens)}`
          : none}
      </span>
      <span role="cell" className="inference-first">
        {inference.ttft_ms === null ? none : formatDuration(inference.ttft_ms)}
      </span>
      <span role="cell" className="inference-latency">
        {formatDuration(inference.latency_ms)}
      </span>
      <span role="cell" className="inference-cost" data-known={inference.cost_nano_usd !== null}>
        {formatCost(inference.cost_nano_usd)}
      </span>
      <span role="cell" className="inference-outcome">
        <Tooltip
          label={inference.failure_message ?? ''}
          disabled={inference.failure_message === null}
          multiline
          maw={360}
        >
          <span>
            <Status state={inference.outcome} />
            {inference.outcome === 'error' && <small>{inference.status}</small>}
          </span>
        </Tooltip>
      </span>
    </div>
  )
}

export function totalInput(usage: NonNullable<Inference['usage']>): number {
  return usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
}
