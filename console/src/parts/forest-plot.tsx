import type { ReactNode } from 'react'
import { formatPoints } from '../format/number.ts'
import type { Tone } from './status.tsx'

export interface ForestRow {
  readonly key: string
  readonly name: ReactNode
  readonly estimate: number
  /** `null` where nothing bounds it on that side: the interval is open there. */
  readonly low: number | null
  readonly high: number | null
  readonly tone: Tone
  /** What is written behind the interval. */
  readonly says: string
}

/** Differences with their intervals on one scale around none, in points of a hundred; a band shows the margin within which nothing is said to differ. */
export function ForestPlot(props: {
  readonly label: string
  readonly rows: readonly ForestRow[]
  readonly margin?: number | undefined
}) {
  const { rows, margin = 0 } = props
  const reach = Math.max(
    margin * 1.5,
    1e-9,
    ...rows.flatMap(({ low, high, estimate }) => [low ?? estimate, high ?? estimate].map(Math.abs)),
  )
  const place = (value: number) => `${((value / reach) * 0.48 + 0.5) * 100}%`
  return (
    <figure className="forest" aria-label={props.label}>
      <ul>
        {rows.map(row => (
          <li key={row.key} data-tone={row.tone}>
            <span className="forest-name">{row.name}</span>
            <span className="forest-scale" aria-hidden="true">
              {margin > 0 && (
                <span
                  className="forest-margin"
                  style={{ left: place(-margin), right: `calc(100% - ${place(margin)})` }}
                />
              )}
              <span className="forest-middle" style={{ left: place(0) }} />
              <span
                className="forest-interval"
                data-open={openSide(row)}
                style={{
                  left: row.low === null ? 0 : place(row.low),
                  right: row.high === null ? 0 : `calc(100% - ${place(row.high)})`,
                }}
              />
              <span className="forest-estimate" style={{ left: place(row.estimate) }} />
            </span>
            <span className="forest-says">
              {formatPoints(row.estimate)} <span className="quiet">{sayInterval(row)}</span> {row.says}
            </span>
          </li>
        ))}
      </ul>
    </figure>
  )
}

function openSide({ low, high }: ForestRow): 'both' | 'low' | 'high' | undefined {
  if (low === null) return high === null ? 'both' : 'low'
  return high === null ? 'high' : undefined
}

function sayInterval({ low, high }: ForestRow): string {
  if (low === null) return high === null ? 'no bounds yet' : `at most ${formatPoints(high)}`
  return high === null ? `at least ${formatPoints(low)}` : `${formatPoints(low)} to ${formatPoints(high)}`
}
