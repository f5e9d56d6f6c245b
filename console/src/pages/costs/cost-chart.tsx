import { BarChart } from '@mantine/charts'
import type { CostReport } from '../../api/types.ts'
import { formatNanoUsd } from '../../format/money.ts'
import { others, stackDays } from './stack-days.ts'

/** Dollars a day, stacked by group, each in its own colour. */
export function CostChart({ report }: { readonly report: CostReport }) {
  const { names, days } = stackDays(report)
  if (names.length === 0) return <p className="chart-empty">Nothing was charged in these days.</p>
  const color = (index: number) =>
    names[index] === others ? 'var(--cost-others)' : `var(--cost-${index + 1})`
  const most = days.reduce((best, day) => (sumOf(day.costs) > sumOf(best.costs) ? day : best))
  return (
    <>
      <ul className="cost-legend" aria-label="Legend">
        {names.map((name, index) => (
          <li key={name}>
            <i style={{ background: color(index) }} aria-hidden="true" />
            {name || 'nothing called'}
          </li>
        ))}
      </ul>
      <figure
        className="cost-chart"
        aria-label={`Cost a day, ${report.since} to ${report.until}. ${formatNanoUsd(report.totals.cost_nano_usd)} in all; the most on ${most.day}: ${formatNanoUsd(sumOf(most.costs))}.`}
      >
        <BarChart
          data={days.map(({ day, costs }) => ({
            tick: day.slice(5),
            ...Object.fromEntries(names.map((name, index) => [`group${index}`, costs[name] ?? 0])),
          }))}
          dataKey="tick"
          h={230}
          type="stacked"
          withLegend={false}
          tickLine="none"
          gridAxis="x"
          strokeDasharray="0"
          xAxisProps={{ minTickGap: 32, interval: 'preserveStartEnd' }}
          yAxisProps={{ width: 72 }}
          tooltipAnimationDuration={0}
          valueFormatter={formatNanoUsd}
          series={names.map((name, index) => ({ name: `group${index}`, label: name, color: color(index) }))}
          barChartProps={{ barCategoryGap: 2 }}
          barProps={{ isAnimationActive: false }}
        />
      </figure>
    </>
  )
}

function sumOf(costs: Readonly<Record<string, number>>): number {
  return Object.values(costs).reduce((sum, cost) => sum + cost, 0)
}
