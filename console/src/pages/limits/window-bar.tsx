import { barOf, type Rule } from './limit-bar.ts'

/** What was spent, beside it what processes hold for requests under way, and a mark where the window will end. */
export function WindowBar({ rule }: { readonly rule: Rule }) {
  const { spent, held, limit, forecast, tone } = barOf(rule)
  return (
    <div className="window-bar" aria-hidden="true">
      <span className="window-bar-track" style={{ width: `${limit}%` }} />
      <span className="window-bar-held" style={{ width: `${held}%` }} />
      <span className="window-bar-spent" data-tone={tone} style={{ width: `${spent}%` }} />
      {limit < 100 && <span className="window-bar-limit" style={{ left: `${limit}%` }} />}
      {forecast !== undefined && (
        <span
          className="window-bar-forecast"
          data-tone={limit < 100 ? 'full' : 'calm'}
          style={{ left: `${forecast}%` }}
        />
      )}
    </div>
  )
}
