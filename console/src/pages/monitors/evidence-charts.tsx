import { LineChart } from '@mantine/charts'
import { Select } from '@mantine/core'
import { useState } from 'react'
import { useMonitorStream } from '../../api/observability.ts'
import type { Answer } from '../../api/types.ts'
import { formatExact, formatTick } from '../../format/time.ts'

type Detector = Answer<'readMonitorStream'>['detectors'][number]
/** Evidence grows by factors: what lies below is none. */
const leastLevel = 1e-4
const dayMs = 86_400_000

/** How the values of a stream went beside their reference, and the evidence against the line of an alarm, as one of its detectors saw them. */
export function EvidenceCharts({ monitor, stream }: { readonly monitor: string; readonly stream: string }) {
  const { data } = useMonitorStream(monitor, stream)
  const [wanted, setWanted] = useState<string | null>(null)
  const detectors = (data?.detectors ?? []).filter(({ points }) => points.length > 0)
  // the one that speaks loudest says most
  const [loudest] = detectors.toSorted((a, b) => highestOf(b) - highestOf(a))
  const shown = detectors.find(({ name }) => name === wanted) ?? loudest
  if (!shown) return <p className="quiet">No values in the last day.</p>
  const rows = shown.points.map(({ at, mean, reference_mean: reference, level }) => ({
    at: Date.parse(at),
    mean,
    reference,
    evidence: Math.min(1, Math.max(leastLevel, level)),
  }))
  const last = shown.points.at(-1)?.level ?? 0
  const [from, to] = [rows[0]?.at ?? 0, rows.at(-1)?.at ?? 0]
  const shared = {
    data: rows,
    dataKey: 'at',
    curveType: 'linear' as const,
    strokeWidth: 1.75,
    withDots: rows.length < 3,
    tickLine: 'none' as const,
    gridAxis: 'x' as const,
    strokeDasharray: '0',
    tooltipAnimationDuration: 0,
    lineProps: { isAnimationActive: false },
    // asked without a label while nothing is pointed at
    tooltipProps: {
      labelFormatter: (at: unknown) =>
        typeof at === 'number' ? formatExact(new Date(at).toISOString()) : '',
    },
    xAxisProps: {
      type: 'number' as const,
      scale: 'time' as const,
      domain: from === to ? [from - 30_000, to + 30_000] : [from, to],
      tickFormatter: (at: number) => formatTick(new Date(at).toISOString(), to - from < dayMs ? 60 : 3_600),
      minTickGap: 48,
    },
  }
  return (
    <>
      {detectors.length > 1 && (
        <Select
          className="monitor-detector"
          label="As seen by"
          data={detectors.map(({ name }) => name)}
          value={shown.name}
          allowDeselect={false}
          onChange={setWanted}
        />
      )}
      <div className="monitor-charts">
        <figure aria-label={`Mean of ${stream} beside its reference`}>
          <LineChart
            {...shared}
            h={150}
            series={[
              { name: 'mean', label: 'now', color: 'var(--accent)' },
              { name: 'reference', label: 'reference', color: 'var(--idle)', strokeDasharray: '4 3' },
            ]}
            yAxisProps={{ width: 52, domain: ['auto', 'auto'], tickFormatter: sayFigure }}
            valueFormatter={sayFigure}
          />
          <figcaption className="quiet">
            Mean of what came; dashed what the reference has for these times.
          </figcaption>
        </figure>
        <figure aria-label={`Evidence of the last day: ${sayShare(last)} of what raises an alarm`}>
          <LineChart
            {...shared}
            h={150}
            series={[{ name: 'evidence', label: 'evidence', color: 'var(--accent)' }]}
            referenceLines={[{ y: 1, color: 'var(--bad)', strokeDasharray: '4 3' }]}
            yAxisProps={{
              width: 52,
              scale: 'log',
              domain: [leastLevel, 2],
              ticks: [0.0001, 0.001, 0.01, 0.1, 1],
              tickFormatter: sayShare,
              allowDataOverflow: true,
            }}
            valueFormatter={sayShare}
          />
          <figcaption className="quiet">Evidence, of which 100 % raises an alarm.</figcaption>
        </figure>
      </div>
    </>
  )
}

const highestOf = ({ points }: Detector): number => Math.max(0, ...points.map(({ level }) => level))
const sayFigure = (value: number): string => Number(value.toPrecision(3)).toString()
const sayShare = (share: number): string => `${Number((100 * share).toPrecision(2))} %`
