import { formatPoints } from '../../format/number.ts'
import { formatExact } from '../../format/time.ts'

/** What a verdict found of one metric of one candidate. */
export interface Found {
  readonly at: string
  readonly step: number
  readonly estimate: number | null
  readonly low: number | null
  readonly high: number | null
  readonly margin: number
  readonly role: 'guard' | 'goal'
}

const width = 600
const height = 90

/** How an interval narrowed from verdict to verdict, against what decides; judges of a step begin anew, and so does the line. */
export function IntervalChart({ name, found }: { readonly name: string; readonly found: readonly Found[] }) {
  const known = found.flatMap(({ estimate, ...one }) => (estimate === null ? [] : [{ ...one, estimate }]))
  const [first, last] = [known[0], known.at(-1)]
  if (!first || !last || known.length < 2) return null
  const line = last.role === 'goal' ? -last.margin : last.margin
  // the first intervals are as wide as can be, and would leave no room for those that decide
  const reach = Math.max(
    2 * Math.abs(line),
    1e-9,
    ...known.map(({ estimate }) => 1.5 * Math.abs(estimate)),
    ...[last.low, last.high].map(bound => 1.2 * Math.abs(bound ?? 0)),
  )
  const [from, to] = [Date.parse(first.at), Date.parse(last.at)]
  const x = (at: string): string => (((Date.parse(at) - from) / Math.max(1, to - from)) * width).toFixed(1)
  const y = (value: number): string =>
    (height / 2 - (Math.min(1, Math.max(-1, value / reach)) * height) / 2).toFixed(1)
  const steps = [...new Set(known.map(({ step }) => step))].map(step =>
    known.filter(one => one.step === step),
  )
  return (
    <figure
      className="interval-chart"
      aria-label={`${name} from verdict to verdict, in points of a hundred, from ${formatExact(first.at)} to ${formatExact(last.at)}`}
    >
      <figcaption>
        {name}{' '}
        <span className="quiet">
          {last.role === 'goal' ? 'has to get below' : 'must not get above'} the dashed line at{' '}
          {formatPoints(line)}
        </span>
      </figcaption>
      <div className="interval-chart-drawing">
        <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
          {steps.map(points => (
            <g key={points[0]?.step}>
              <path
                className="interval-chart-band"
                d={`M${[
                  ...points.map(({ at, high }) => `${x(at)} ${y(high ?? reach)}`),
                  ...points.toReversed().map(({ at, low }) => `${x(at)} ${y(low ?? -reach)}`),
                ].join('L')}Z`}
              />
              <path
                className="sparkline-line"
                d={`M${points.map(({ at, estimate }) => `${x(at)} ${y(estimate)}`).join('L')}`}
              />
            </g>
          ))}
          <path className="interval-chart-none" d={`M0 ${y(0)}H${width}`} />
          <path className="interval-chart-line" d={`M0 ${y(line)}H${width}`} />
        </svg>
        <span className="quiet">
          <span>{formatPoints(reach)} worse</span>
          <span>0</span>
          <span>{formatPoints(reach)} better</span>
        </span>
      </div>
    </figure>
  )
}
