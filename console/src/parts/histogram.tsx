import { Tooltip } from '@mantine/core'
import { formatCount } from '../format/number.ts'

export interface Bin {
  readonly label: string
  readonly count: number
}

/** How often what is. */
export function Histogram(props: {
  readonly bins: readonly Bin[]
  readonly label: string
  /** What lies at the two ends, below the bars. */
  readonly ends?: readonly [string, string] | undefined
  readonly height?: number
}) {
  const { bins, height = 56 } = props
  const most = Math.max(1, ...bins.map(({ count }) => count))
  const share = (count: number) => `${(count / most) * 100}%`
  return (
    <figure className="histogram" aria-label={props.label}>
      <div className="histogram-bars" style={{ height }} aria-hidden="true">
        {bins.map(bin => (
          <Tooltip key={bin.label} label={`${bin.label}: ${formatCount(bin.count)}`}>
            <span className="histogram-place">
              <span className="histogram-bar" style={{ height: share(bin.count) }} />
            </span>
          </Tooltip>
        ))}
      </div>
      {props.ends && (
        <figcaption className="histogram-ends quiet">
          <span>{props.ends[0]}</span>
          <span>{props.ends[1]}</span>
        </figcaption>
      )}
    </figure>
  )
}
