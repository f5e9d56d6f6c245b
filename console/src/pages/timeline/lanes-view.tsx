import type { CSSProperties } from 'react'
import { formatTick } from '../../format/time.ts'
import { useNow } from '../../parts/time-ago.tsx'
import { useHref } from '../../routing/scope.ts'
import { type Extent, packRows, type Lane, type TimelineItem } from './timeline-items.ts'

export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

const ticks = 6
/** A bar or a mark has its words beside it: this part of the width is kept free for them, as in the style sheet. */
const shareForWords = 0.2

/** What happened, from left to right: a lane for each kind, bars for what took time, and marks for what took none. */
export function LanesView(props: {
  readonly lanes: readonly Lane[]
  readonly items: readonly TimelineItem[]
  readonly span: Span
}) {
  const { lanes, items, span } = props
  const now = useNow()
  const lengthMs = span.toMs - span.fromMs
  return (
    <div className="lanes">
      {lanes.map(lane => {
        const rows = packRows(
          items.filter(item => item.lane === lane),
          item => extentOf(item, span, now),
        )
        return (
          <section key={lane} className="lane" aria-label={lane}>
            <h3>{lane}</h3>
            <div className="lane-rows">
              {rows.length === 0 && <p className="lane-row quiet">nothing</p>}
              {rows.map(row => (
                <ol key={row[0]?.id} className="lane-row">
                  {row.map(item => (
                    <Bar key={item.id} item={item} span={span} now={now} />
                  ))}
                </ol>
              ))}
            </div>
          </section>
        )
      })}
      <div className="lane-axis" aria-hidden="true">
        {Array.from({ length: ticks }, (_, index) => {
          const atMs = span.fromMs + (index / (ticks - 1)) * lengthMs
          return <span key={index}>{formatTick(new Date(atMs).toISOString(), lengthMs / 1_000 / 60)}</span>
        })}
      </div>
    </div>
  )
}

type Side = 'left' | 'right' | 'within'

/** The words lie to the right of an item, to the left of what is near the right edge, and on what leaves no room. */
function sideOf({ atMs, untilMs }: TimelineItem, { fromMs, toMs }: Span, now: number): Side {
  const wordsMs = shareForWords * (toMs - fromMs)
  if ((untilMs ?? now) + wordsMs <= toMs) return 'right'
  return atMs - wordsMs >= fromMs ? 'left' : 'within'
}

function extentOf(item: TimelineItem, span: Span, now: number): Extent {
  const wordsMs = shareForWords * (span.toMs - span.fromMs)
  const side = sideOf(item, span, now)
  return {
    fromMs: item.atMs - (side === 'left' ? wordsMs : 0),
    toMs: (item.untilMs ?? now) + (side === 'right' ? wordsMs : 0),
  }
}

function Bar(props: { readonly item: TimelineItem; readonly span: Span; readonly now: number }) {
  const { item, span, now } = props
  const href = useHref()
  const part = (ms: number): number =>
    Math.max(0, Math.min(1, (ms - span.fromMs) / (span.toMs - span.fromMs)))
  const start = part(item.atMs)
  const width = part(item.untilMs ?? now) - start
  const isMark = item.untilMs === item.atMs
  return (
    <li
      className={isMark ? 'lane-mark' : 'lane-bar'}
      data-tone={item.tone}
      data-open={item.untilMs === undefined}
      data-side={sideOf(item, span, now)}
      style={{ '--start': `${100 * start}%`, '--width': `${100 * width}%` } as CSSProperties}
    >
      <a href={href(item.path)} title={item.text}>
        {item.label}
      </a>
    </li>
  )
}
