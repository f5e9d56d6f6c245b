import { useMonitorStream } from '../../api/observability.ts'
import type { Monitor } from '../../api/types.ts'
import { Panel } from '../../parts/page.tsx'
import { ShareBars } from '../../parts/share-bars.tsx'

type Stream = Monitor['streams'][number]

const width = 600
const height = 80

/** How the evidence of a stream went against the line of an alarm, and its reference beside now. */
export function StreamDetail({ monitor, stream }: { readonly monitor: string; readonly stream: Stream }) {
  const { reference } = stream
  if (!reference) return null
  const { edges, categories, reference: before, now } = reference.histogram
  const names =
    categories ??
    before.map((_, index) => {
      const to = edges?.[index + 1]
      const from = plain(edges?.[index] ?? 0)
      return to === undefined ? from : `${from} to ${plain(to)}`
    })
  const shares = (counts: readonly number[]) =>
    names.map((name, index) => ({ name, count: Math.round(counts[index] ?? 0) }))
  const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + Math.round(count), 0)
  return (
    <Panel title={`${stream.name}: ${stream.kind}`}>
      <Evidence monitor={monitor} stream={stream.name} />
      <div className="monitor-sides">
        <div>
          <h3>Reference</h3>
          <ShareBars label={`${stream.name} in the reference`} shares={shares(before)} total={sum(before)} />
        </div>
        <div>
          <h3>Now</h3>
          <ShareBars label={`${stream.name} now`} shares={shares(now)} total={sum(now)} />
        </div>
      </div>
    </Panel>
  )
}

function Evidence({ monitor, stream }: { readonly monitor: string; readonly stream: string }) {
  const { data } = useMonitorStream(monitor, stream)
  const highest = new Map<string, number>()
  for (const { points } of data?.detectors ?? [])
    for (const { at, level } of points) highest.set(at, Math.max(highest.get(at) ?? 0, level))
  const points = [...highest].toSorted(([left], [right]) => (left < right ? -1 : 1))
  if (points.length === 0) return <p className="quiet">No values in the last day.</p>
  const step = width / Math.max(points.length - 1, 1)
  // evidence grows by factors: the line of an alarm is 1, the foot one in ten thousand
  const y = (level: number): number =>
    8 - (Math.log10(Math.min(1, Math.max(1e-4, level))) / 4) * (height - 12)
  const path = points
    .map(
      ([, level], index) => `${index === 0 ? 'M' : 'L'}${(index * step).toFixed(1)} ${y(level).toFixed(1)}`,
    )
    .join('')
  const whole = points.length === 1 ? `${path}H${width}` : path
  const last = points.at(-1)?.[1] ?? 0
  return (
    <figure className="monitor-evidence">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Evidence of the last day: ${(last * 100).toFixed(2)} % of what raises an alarm`}
      >
        <path className="monitor-line" d={`M0 8H${width}`} />
        <path className="sparkline-line" d={whole} />
      </svg>
      <figcaption className="quiet">
        Evidence in the last day, in powers of ten; the dashed line raises an alarm.
      </figcaption>
    </figure>
  )
}

function plain(value: number): string {
  return Number(value.toPrecision(3)).toString()
}
