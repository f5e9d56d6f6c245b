import type { Monitor } from '../../api/types.ts'
import { Panel } from '../../parts/page.tsx'
import '../../parts/drift/drift.css'
import { TwoHistograms } from '../../parts/drift/two-histograms.tsx'
import { ShareBars } from '../../parts/share-bars.tsx'
import { EvidenceCharts } from './evidence-charts.tsx'

type Stream = Monitor['streams'][number]
type Histogram = NonNullable<Stream['reference']>['histogram']

/** How a stream went, and how its values were distributed in the reference beside now. */
export function StreamDetail({ monitor, stream }: { readonly monitor: string; readonly stream: Stream }) {
  const { reference, name, kind } = stream
  if (!reference) return null
  const { categories } = reference.histogram
  return (
    <Panel title={`${name}: ${kind}`}>
      <EvidenceCharts monitor={monitor} stream={name} />
      {categories ? (
        <Categories name={name} categories={categories} histogram={reference.histogram} />
      ) : (
        <Values name={name} histogram={reference.histogram} />
      )}
    </Panel>
  )
}

function Values({ name, histogram }: { readonly name: string; readonly histogram: Histogram }) {
  const { edges, reference, now } = histogram
  const [before, after] = [sum(reference), sum(now)]
  const at = (index: number): string => plain(edges?.[index] ?? 0)
  const bins = reference.map((count, index) => ({
    label: edges?.[index + 1] === undefined ? at(index) : `${at(index)} to ${at(index + 1)}`,
    reference: count / Math.max(1, before),
    current: (now[index] ?? 0) / Math.max(1, after),
  }))
  return (
    <>
      <p className="drift-legend quiet">
        <span className="two-histograms-key" data-is="before" /> the reference{' '}
        <span className="two-histograms-key" data-is="now" /> now
      </p>
      <TwoHistograms column={{ name, bins }} />
      <p className="monitor-ends quiet">
        <span>{at(0)}</span>
        <span>{at((edges?.length ?? 1) - 1)}</span>
      </p>
    </>
  )
}

function Categories(props: {
  readonly name: string
  readonly categories: readonly string[]
  readonly histogram: Histogram
}) {
  const { name, categories, histogram } = props
  const shares = (counts: readonly number[]) =>
    categories.map((category, index) => ({ name: category, count: Math.round(counts[index] ?? 0) }))
  return (
    <div className="monitor-sides">
      <div>
        <h3>Reference</h3>
        <ShareBars
          label={`${name} in the reference`}
          shares={shares(histogram.reference)}
          total={sum(histogram.reference)}
        />
      </div>
      <div>
        <h3>Now</h3>
        <ShareBars label={`${name} now`} shares={shares(histogram.now)} total={sum(histogram.now)} />
      </div>
    </div>
  )
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + Math.round(count), 0)
}

function plain(value: number): string {
  return Number(value.toPrecision(3)).toString()
}
