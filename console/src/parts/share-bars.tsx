import type { ReactNode } from 'react'
import { formatCount, formatShare } from '../format/number.ts'

export interface Share {
  readonly name: string
  readonly count: number
  /** Said behind the count: an interval, a change. */
  readonly note?: ReactNode
}

/** Names with their counts, longest bar first; what is left over is said, not hidden. */
export function ShareBars(props: {
  readonly label: string
  readonly shares: readonly Share[]
  /** Of everything that the shares are of. */
  readonly total: number
  /** Whether each of them is counted once: then the rest is others. True where left out. */
  readonly isExclusive?: boolean
}) {
  const { shares, total, isExclusive = true } = props
  const most = Math.max(1, ...shares.map(({ count }) => count))
  const others = total - shares.reduce((sum, { count }) => sum + count, 0)
  return (
    <ul className="share-bars" aria-label={props.label}>
      {shares.map(({ name, count, note }) => (
        <li key={name}>
          <span className="share-name" title={name}>
            {name === '' ? <i>empty</i> : name}
          </span>
          <span className="share-bar" aria-hidden="true">
            <span style={{ width: `${(count / most) * 100}%` }} />
          </span>
          <span className="share-count">
            {formatCount(count)} <span className="quiet">{formatShare(count, total)}</span> {note}
          </span>
        </li>
      ))}
      {isExclusive && others > 0 && (
        <li className="quiet">
          <span className="share-name">others</span>
          <span />
          <span className="share-count">
            {formatCount(others)} {formatShare(others, total)}
          </span>
        </li>
      )}
    </ul>
  )
}
