import { AreaChart, LineChart } from '@mantine/charts'
import { memo } from 'react'
import type { BoardPanel } from '../../api/types.ts'
import { formatTick } from '../../format/time.ts'
import { formatBoard, headlineOf, toneOf } from './board-number.ts'

/** Told apart by lightness too; the same as those of costs. */
const colors = [
  'var(--cost-1)',
  'var(--cost-2)',
  'var(--cost-3)',
  'var(--cost-4)',
  'var(--cost-5)',
  'var(--cost-6)',
  'var(--cost-others)',
]
const shownInLegend = 4

interface Props {
  readonly panel: BoardPanel
  readonly sinceMs: number
  readonly stepSeconds: number
  readonly isLarge: boolean
}

/** One picture of the board: the number now, and how it came to that. Its size never depends on what it shows. */
export const Picture = memo(function Picture({ panel, sinceMs, stepSeconds, isLarge }: Props) {
  const { title, help, unit, series, is_stacked: isStacked } = panel
  const headline = formatBoard(headlineOf(panel), unit)
  const steps = series[0]?.values.length ?? 0
  const data = Array.from({ length: steps }, (_, index) => ({
    tick: formatTick(new Date(sinceMs + index * stepSeconds * 1_000).toISOString(), stepSeconds),
    ...Object.fromEntries(series.map(({ name, values }) => [name, values[index] ?? null])),
  }))
  const shared = {
    data,
    dataKey: 'tick',
    h: '100%',
    series: series.map(({ name }, index) => ({
      name,
      color: colors[index % colors.length] ?? 'var(--cost-1)',
    })),
    curveType: 'linear' as const,
    withDots: false,
    withLegend: false,
    withTooltip: !isLarge,
    withXAxis: !isLarge,
    tickLine: 'none' as const,
    gridAxis: 'x' as const,
    strokeDasharray: '0',
    strokeWidth: isLarge ? 2.5 : 1.5,
    connectNulls: false,
    valueFormatter: (value: number) => formatBoard(value, unit),
    tooltipAnimationDuration: 0,
    xAxisProps: { minTickGap: 64, interval: 'preserveStartEnd' as const },
    yAxisProps: { width: 72, tickCount: 3, domain: [0, 'auto'] as [number, string] },
  }
  return (
    <section className="picture" data-tone={toneOf(panel)} aria-label={`${title}: ${headline}`} title={help}>
      <header>
        <h3>{title}</h3>
        <p className="picture-now">{headline}</p>
      </header>
      <figure className="picture-chart" aria-hidden="true">
        {steps === 0 ? (
          <p className="picture-empty">Nothing yet</p>
        ) : isStacked ? (
          <AreaChart {...shared} type="stacked" fillOpacity={0.25} areaProps={{ isAnimationActive: false }} />
        ) : (
          <LineChart {...shared} lineProps={{ isAnimationActive: false }} />
        )}
      </figure>
      <ul className="picture-legend">
        {steps > 0 &&
          series.slice(0, shownInLegend).map(({ name, now }, index) => (
            <li key={name}>
              <i style={{ background: colors[index % colors.length] }} aria-hidden="true" />
              <span>{name}</span> <b>{formatBoard(now, unit)}</b>
            </li>
          ))}
        {series.length > shownInLegend && <li>+{series.length - shownInLegend}</li>}
      </ul>
    </section>
  )
})
