import { Tooltip, VisuallyHidden } from '@mantine/core'
import { type KeyboardEvent, useState } from 'react'
import type { Trace, TraceSpan } from '../../api/types.ts'
import { formatDuration } from '../../format/duration.ts'
import { formatFact, formatStretch, toneOf } from './trace-facts.ts'

/** Rows that are drawn at once; a longer trace says so and shows the rest when asked. */
const firstRows = 150
const deepestIndent = 10

/**
 * A trace as a tree of bars on one scale. Each row is a button: hovering it or moving to it with Tab or the arrow keys says
 * in short what it is, pressing it opens all that is known of it.
 */
export function TraceChart({ trace }: { readonly trace: Trace }) {
  const [isWhole, setIsWhole] = useState(false)
  const { spans, duration_ms: total } = trace
  const shown = isWhole ? spans : spans.slice(0, firstRows)
  const foreign = new Set(spans.map(({ origin }) => origin).filter(origin => origin !== 'slipway'))
  return (
    <div className="trace">
      <div className="trace-scale" aria-hidden="true">
        <span>0</span>
        <span>{formatDuration(total / 4)}</span>
        <span>{formatDuration(total / 2)}</span>
        <span>{formatDuration((total * 3) / 4)}</span>
        <span>{formatDuration(total)}</span>
      </div>
      <ol className="trace-rows" aria-label="Where the time went">
        {shown.map(span => (
          <TraceRow key={span.id} span={span} totalMs={total} />
        ))}
      </ol>
      {shown.length < spans.length && (
        <button type="button" className="trace-more" onClick={() => setIsWhole(true)}>
          Show all {spans.length} spans
        </button>
      )}
      {trace.is_truncated && <p className="footnote">The trace has more spans than are shown.</p>}
      {foreign.size > 0 && (
        <p className="footnote">
          <i className="trace-key" data-tone="foreign" aria-hidden="true" /> sent by {[...foreign].join(', ')}
          ; the clocks of other machines are shown as they are.
        </p>
      )}
    </div>
  )
}

function TraceRow({ span, totalMs }: { readonly span: TraceSpan; readonly totalMs: number }) {
  const [isOpen, setIsOpen] = useState(false)
  const took = span.end_ms - span.start_ms
  const percent = (ms: number) => `${totalMs > 0 ? (ms / totalMs) * 100 : 0}%`
  const isForeign = span.origin !== 'slipway'
  return (
    <li className="trace-item">
      <Tooltip
        label={<Summary span={span} />}
        multiline
        w={320}
        position="bottom-start"
        events={{ hover: true, focus: true, touch: false }}
        disabled={isOpen}
      >
        <button
          type="button"
          className="trace-row"
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
          onKeyDown={walk}
        >
          <span
            className="trace-name"
            data-depth={Math.min(span.depth, deepestIndent)}
            style={{ paddingLeft: `calc(${Math.min(span.depth, deepestIndent)} * var(--trace-indent))` }}
          >
            {span.name}
            {isForeign && <small>{span.origin}</small>}
          </span>
          <span className="trace-track" aria-hidden="true">
            <span
              className="trace-bar"
              data-tone={toneOf(span)}
              style={{ left: percent(span.start_ms), width: percent(took) }}
            />
          </span>
          <span className="trace-time">{formatStretch(took)}</span>
          {span.outcome === 'error' && <VisuallyHidden>failed</VisuallyHidden>}
        </button>
      </Tooltip>
      {isOpen && <Details span={span} />}
    </li>
  )
}

/** Up and down move through the rows, as in a tree. */
function walk(event: KeyboardEvent<HTMLButtonElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
  if (step === 0) return
  event.preventDefault()
  const rows = [
    ...(event.currentTarget.closest('.trace-rows')?.querySelectorAll<HTMLElement>('.trace-row') ?? []),
  ]
  rows[rows.indexOf(event.currentTarget) + step]?.focus()
}

function Summary({ span }: { readonly span: TraceSpan }) {
  const facts = Object.entries(span.facts).slice(0, 4)
  return (
    <span className="trace-summary">
      <b>{span.name}</b>
      <span>
        from {formatStretch(span.start_ms)} to {formatStretch(span.end_ms)}
      </span>
      {span.why !== null && <span>{span.why}</span>}
      {facts.map(([name, value]) => (
        <span key={name}>
          {name}: {formatFact(name, value)}
        </span>
      ))}
    </span>
  )
}

function Details({ span }: { readonly span: TraceSpan }) {
  return (
    <dl className="trace-facts">
      <div>
        <dt>What</dt>
        <dd>
          {span.kind.replaceAll('_', ' ')}, {span.outcome}
        </dd>
      </div>
      <div>
        <dt>When</dt>
        <dd>
          {formatStretch(span.start_ms)} – {formatStretch(span.end_ms)}
        </dd>
      </div>
      {span.why !== null && (
        <div>
          <dt>Why</dt>
          <dd>{span.why}</dd>
        </div>
      )}
      {Object.entries(span.facts).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{formatFact(name, value)}</dd>
        </div>
      ))}
      <div>
        <dt>Span</dt>
        <dd>
          <code>{span.id}</code>
        </dd>
      </div>
    </dl>
  )
}
