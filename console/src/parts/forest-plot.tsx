import type { ReactNode } from 'react'
import { formatPoints } from '../format/number.ts'
import type { Tone } from './status.tsx'

export interface ForestRow {
  readonly key: string
  readonly name: ReactNode
  readonly estimate: number
  readonly low: number
  readonly high: number
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
    ...rows.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)]),
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
                style={{ left: place(row.low), right: `calc(100% - ${place(row.high)})` }}
              />
              <span className="forest-estimate" style={{ left: place(row.estimate) }} />
            </span>
            <span className="forest-says">
              {formatPoints(row.estimate)}{' '}
              <span className="quiet">
                {formatPoints(row.low)} to {formatPoints(row.high)}
              </span>{' '}
              {row.says}
            </span>
          </li>
        ))}
      </ul>
    </figure>
  )
}
