import { AreaChart, BarChart, LineChart } from '@mantine/charts'
import { ActionIcon, Table, Tooltip } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { Overview, OverviewBucket } from '../../api/types.ts'
import { formatDuration, formatDurationTick } from '../../format/duration.ts'
import { formatNanoUsd } from '../../format/money.ts'
import { formatCount, formatTokensPerSecond, none } from '../../format/number.ts'
import { formatExact, formatTick } from '../../format/time.ts'
import { hasLonePoints } from './lone-points.ts'
import { Icon } from '../../parts/icon.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'

type Field = Exclude<keyof OverviewBucket, 'at'>

interface Series {
  readonly name: Field
  readonly label: string
  readonly color: string
  readonly strokeDasharray?: string
}

const accent = 'var(--accent)'
const quiet = 'var(--idle)'
const bad = 'var(--bad)'
const height = 190
const syncId = 'overview'

/** The same period five times: how much, how slow, how soon, how fast, how dear. Crosshairs move together. */
export function Charts({ overview }: { readonly overview: Overview }) {
  const data = overview.series.map(bucket => ({
    ...bucket,
    answered: bucket.requests - bucket.errors,
    tick: formatTick(bucket.at, overview.bucket_seconds),
  }))
  const shared = {
    data,
    dataKey: 'tick',
    h: height,
    withLegend: false,
    tickLine: 'none' as const,
    gridAxis: 'x' as const,
    strokeDasharray: '0',
    xAxisProps: { minTickGap: 48, interval: 'preserveStartEnd' as const },
    tooltipAnimationDuration: 0,
  }
  const percentiles = (kind: 'latency' | 'ttft'): Series[] => [
    { name: `${kind}_p95_ms`, label: 'p95', color: accent },
    { name: `${kind}_p50_ms`, label: 'p50', color: quiet, strokeDasharray: '4 3' },
  ]
  const lines = (series: Series[]) => (
    <LineChart
      {...shared}
      series={series}
      curveType="monotone"
      strokeWidth={1.75}
      connectNulls={false}
      withDots={series.some(({ name }) => hasLonePoints(overview.series.map(bucket => bucket[name])))}
      dotProps={{ r: 2.5, strokeWidth: 0 }}
      activeDotProps={{ r: 3.5, strokeWidth: 0 }}
      valueFormatter={formatDuration}
      yAxisProps={{ width: 58, tickFormatter: formatDurationTick }}
      lineChartProps={{ syncId }}
      lineProps={{ isAnimationActive: false }}
    />
  )
  return (
    <div className="charts">
      <Chart
        title="Requests"
        overview={overview}
        series={[
          { name: 'requests', label: 'all', color: accent },
          { name: 'errors', label: 'failed', color: bad },
        ]}
        format={formatCount}
      >
        <BarChart
          {...shared}
          type="stacked"
          series={[
            { name: 'errors', label: 'failed', color: bad },
            { name: 'answered', label: 'not failed', color: accent },
          ]}
          valueFormatter={formatCount}
          yAxisProps={{ width: 44, allowDecimals: false }}
          barChartProps={{ syncId, barCategoryGap: 1.5 }}
          barProps={{ isAnimationActive: false }}
        />
      </Chart>
      <Chart title="Latency" overview={overview} series={percentiles('latency')} format={formatDuration}>
        {lines(percentiles('latency'))}
      </Chart>
      <Chart
        title="Time to first token"
        overview={overview}
        series={percentiles('ttft')}
        format={formatDuration}
      >
        {lines(percentiles('ttft'))}
      </Chart>
      <Chart
        title="Output tokens per second"
        overview={overview}
        series={[{ name: 'output_tokens_per_second', label: 'tokens per second', color: accent }]}
        format={formatTokensPerSecond}
      >
        <AreaChart
          {...shared}
          series={[{ name: 'output_tokens_per_second', label: 'speed', color: accent }]}
          curveType="monotone"
          strokeWidth={1.75}
          withDots={false}
          fillOpacity={0.14}
          activeDotProps={{ r: 3.5, strokeWidth: 0 }}
          valueFormatter={formatTokensPerSecond}
          yAxisProps={{ width: 64 }}
          areaChartProps={{ syncId }}
          areaProps={{ isAnimationActive: false }}
        />
      </Chart>
      <Chart
        title="Cost"
        overview={overview}
        series={[{ name: 'cost_nano_usd', label: 'cost', color: accent }]}
        format={formatNanoUsd}
      >
        <BarChart
          {...shared}
          series={[{ name: 'cost_nano_usd', label: 'cost', color: accent }]}
          valueFormatter={formatNanoUsd}
          yAxisProps={{ width: 64 }}
          barChartProps={{ syncId, barCategoryGap: 1.5 }}
          barProps={{ isAnimationActive: false }}
        />
      </Chart>
    </div>
  )
}

function Chart(props: {
  readonly title: string
  readonly overview: Overview
  readonly series: readonly Series[]
  readonly format: (value: number) => string
  readonly children: ReactNode
}) {
  const [isTable, setIsTable] = useState(false)
  const { title, overview, series, format } = props
  const isEmpty = overview.series.every(bucket => series.every(({ name }) => bucket[name] === null))
  const switchLabel = isTable ? `Show ${title} as a chart` : `Show ${title} as a table`
  return (
    <section className="panel" aria-label={title}>
      <header className="panel-head">
        <h2>{title}</h2>
        <div className="chart-side">
          <ul className="legend" aria-label="Legend">
            {series.length > 1 &&
              series.map(({ name, label, color }) => (
                <li key={name}>
                  <i style={{ background: color }} aria-hidden="true" />
                  {label}
                </li>
              ))}
          </ul>
          <Tooltip label={switchLabel}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={switchLabel}
              onClick={() => setIsTable(!isTable)}
            >
              <Icon name={isTable ? 'chart' : 'table'} size={15} />
            </ActionIcon>
          </Tooltip>
        </div>
      </header>
      <div className="chart-body" style={{ height: height + 24 }}>
        {isTable ? (
          <BucketTable overview={overview} series={series} format={format} title={title} />
        ) : isEmpty ? (
          <p className="chart-empty">Nothing to show for this period.</p>
        ) : (
          <figure aria-label={describe(title, overview, series, format)}>{props.children}</figure>
        )}
      </div>
    </section>
  )
}

function BucketTable(props: {
  readonly title: string
  readonly overview: Overview
  readonly series: readonly Series[]
  readonly format: (value: number) => string
}) {
  const { overview, series, format } = props
  return (
    <ScrollRegion className="chart-table" label={`${props.title}, by time`}>
      <Table verticalSpacing={4} horizontalSpacing="xs" stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>From</Table.Th>
            {series.map(({ name, label }) => (
              <Table.Th key={name} ta="right">
                {label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {overview.series.toReversed().map(bucket => (
            <Table.Tr key={bucket.at}>
              <Table.Td>
                <time dateTime={bucket.at} title={formatExact(bucket.at)}>
                  {formatTick(bucket.at, overview.bucket_seconds)}
                </time>
              </Table.Td>
              {series.map(({ name }) => {
                const value = bucket[name]
                return (
                  <Table.Td key={name} ta="right">
                    {value === null ? none : format(value)}
                  </Table.Td>
                )
              })}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollRegion>
  )
}

/** What a listener gets instead of the picture: the range of each line. */
function describe(
  title: string,
  overview: Overview,
  series: readonly Series[],
  format: (value: number) => string,
): string {
  const parts = series.map(({ name, label }) => {
    const values = overview.series.map(bucket => bucket[name]).filter(value => value !== null)
    if (values.length === 0) return `${label}: no data`
    return `${label} between ${format(Math.min(...values))} and ${format(Math.max(...values))}`
  })
  return `${title}. ${parts.join('; ')}.`
}
