import { formatDuration } from '../../format/duration.ts'
import type { Inference } from '../../api/types.ts'
import { waterfall } from './waterfall.ts'

/** One line for each stretch, placed and sized by its time; the figures stand beside the bars. */
export function WaterfallChart({ inference }: { readonly inference: Inference }) {
  const total = Math.max(inference.latency_ms, 0.001)
  const percent = (ms: number) => `${(ms / total) * 100}%`
  return (
    <ol className="waterfall" aria-label="Where the time went">
      {waterfall(inference).map(({ name, about, startMs, endMs }) => (
        <li key={name}>
          <span className="waterfall-name" title={about}>
            {name}
          </span>
          <span className="waterfall-track" aria-hidden="true">
            <span
              className="waterfall-bar"
              data-name={name}
              style={{ left: percent(startMs), width: percent(endMs - startMs) }}
            />
          </span>
          <span className="waterfall-time">{formatDuration(endMs - startMs)}</span>
        </li>
      ))}
      <li className="waterfall-total">
        <span className="waterfall-name">Total</span>
        <span className="waterfall-scale" aria-hidden="true">
          <span>0</span>
          <span>{formatDuration(total / 2)}</span>
          <span>{formatDuration(total)}</span>
        </span>
        <span className="waterfall-time">{formatDuration(total)}</span>
      </li>
    </ol>
  )
}
