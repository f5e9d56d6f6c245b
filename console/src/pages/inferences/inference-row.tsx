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
  readonly onMove: (index: number) => void
}) {
  const { inference, index } = props
  const { usage } = inference
  return (
    <tr
      className="inference"
      data-index={index}
      data-open={props.isOpen}
      aria-rowindex={index + 2}
      {...(inference.failure_message !== null && { title: inference.failure_message })}
      style={{ height: rowHeightPx, transform: `translateY(${props.topPx}px)` }}
    >
      <td>
        <a
          href={props.href}
          className="inference-link"
          onKeyDown={event => {
            const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
            if (step === 0) return
            event.preventDefault()
            props.onMove(index + step)
          }}
          aria-label={`${inference.service}, ${inference.outcome}, ${formatExact(inference.started_at)}`}
        >
          <TimeAgo iso={inference.started_at} />
        </a>
      </td>
      <td className="inference-service">
        {inference.service}
        {inference.release !== null && (
          <small>
            {inference.release}
            {inference.is_shadow ? ' · copy' : inference.arm === null ? '' : ` · ${inference.arm}`}
          </small>
        )}
      </td>
      <td className="inference-target">{inference.upstream_model ?? inference.target ?? none}</td>
      <td className="inference-tokens">
        {usage ? `${formatCount(totalInput(usage))} → ${formatCount(totalOutput(usage))}` : none}
      </td>
      <td className="inference-first">
        {inference.ttft_ms === null ? none : formatDuration(inference.ttft_ms)}
      </td>
      <td className="inference-latency">{formatDuration(inference.latency_ms)}</td>
      <td className="inference-cost" data-known={inference.cost_nano_usd !== null}>
        {usage ? formatCost(inference.cost_nano_usd) : none}
      </td>
      <OutcomeCell inference={inference} />
    </tr>
  )
}

function OutcomeCell({ inference }: { readonly inference: Inference }) {
  const { outcome, status } = inference
  return (
    <td className="inference-outcome">
      <Status state={outcome} />
      {outcome === 'error' && <small>{status}</small>}
    </td>
  )
}

export function totalInput(usage: NonNullable<Inference['usage']>): number {
  return (
    usage.input_tokens +
    usage.cache_read_tokens +
    usage.cache_write_tokens +
    usage.cache_write_hour_tokens +
    usage.audio_input_tokens +
    usage.image_input_tokens
  )
}

export function totalOutput(usage: NonNullable<Inference['usage']>): number {
  return usage.output_tokens + usage.reasoning_tokens + usage.audio_output_tokens + usage.image_output_tokens
}
