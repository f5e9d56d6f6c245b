import { Button, SegmentedControl, Select } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { useCosts, useMe, useServices, useTenants } from '../../api/queries.ts'
import type { CostReport } from '../../api/types.ts'
import { formatNanoUsd } from '../../format/money.ts'
import { formatCount } from '../../format/number.ts'
import { Loaded } from '../../parts/loaded.tsx'
import { Notice } from '../../parts/notice.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { Prose } from '../../parts/prose.tsx'
import { changeSearch, useSearch } from '../../routing/location.ts'
import { useScope } from '../../routing/scope.ts'
import { CostTable } from './cost-table.tsx'
import { toCostsCsv } from './costs-csv.ts'

const CostChart = lazy(async () => ({ default: (await import('./cost-chart.tsx')).CostChart }))

const groups = {
  service: 'Service',
  tenant: 'Tenant',
  model: 'Model',
  key: 'Key',
  target: 'Target',
} as const
type Group = keyof typeof groups

const spans = { '7': '7 days', '30': '30 days', '90': '90 days' } as const

/** What was spent on what, day by day, and what could not be counted. */
export function CostsPage() {
  const search = useSearch()
  const { tenant, service } = useScope()
  const by = search.get('by')
  const group: Group = isGroup(by) ? by : 'service'
  const asked = search.get('days') ?? '30'
  const days = Object.hasOwn(spans, asked) ? asked : '30'
  const costs = useCosts({ days: Number(days), group, tenant, service })
  return (
    <>
      <PageHead title="Costs" lead="What was spent on what, in days of UTC.">
        <SegmentedControl
          size="xs"
          aria-label="Days"
          value={days}
          data={Object.entries(spans).map(([value, label]) => ({ value, label }))}
          onChange={value => changeSearch({ days: value === '30' ? undefined : value })}
        />
        <Select
          aria-label="Group by"
          size="xs"
          className="scope-select"
          allowDeselect={false}
          value={group}
          data={Object.entries(groups).map(([value, label]) => ({
            value,
            label: `By ${label.toLowerCase()}`,
          }))}
          onChange={value => changeSearch({ by: value === 'service' ? undefined : (value ?? undefined) })}
        />
        <Narrow />
      </PageHead>
      <Loaded query={costs} height={640}>
        {report => (
          <div className="overview" data-stale={costs.isPlaceholderData}>
            <Unpriced report={report} />
            <Totals report={report} />
            <Panel
              title="Cost a day"
              side={
                <Button size="compact-xs" variant="default" onClick={() => download(report)}>
                  Export CSV
                </Button>
              }
            >
              <Suspense fallback={<div className="cost-chart" />}>
                <CostChart report={report} />
              </Suspense>
            </Panel>
            <CostTable report={report} by={groups[group]} />
          </div>
        )}
      </Loaded>
    </>
  )
}

function isGroup(text: string | null): text is Group {
  return text !== null && Object.hasOwn(groups, text)
}

/** The tenant and the service that all pages share. */
function Narrow() {
  const { tenant, service } = useScope()
  const me = useMe()
  const services = useServices()
  const tenants = useTenants(me.data?.tenant === null)
  return (
    <>
      <Select
        aria-label="Service"
        placeholder="All services"
        size="xs"
        className="scope-select"
        clearable
        value={service ?? null}
        data={services.data?.map(({ name }) => name) ?? []}
        onChange={value => changeSearch({ service: value ?? undefined })}
      />
      {me.data?.tenant === null && (
        <Select
          aria-label="Tenant"
          placeholder="All tenants"
          size="xs"
          className="scope-select"
          clearable
          value={tenant ?? null}
          data={tenants.data?.map(({ id }) => id) ?? []}
          onChange={value => changeSearch({ tenant: value ?? undefined })}
        />
      )}
    </>
  )
}

function Unpriced({ report }: { readonly report: CostReport }) {
  if (report.unpriced.length === 0) return null
  return (
    <Notice
      tone="warn"
      title={`Calls without a price, which count as nothing here: ${formatCount(report.totals.unpriced_calls)}`}
    >
      <ul className="unpriced">
        {report.unpriced.map(({ target, model, calls, mend }) => (
          <li key={`${target} ${model}`}>
            <b>
              {target} {model}
            </b>{' '}
            ({formatCount(calls)}): <Prose text={mend} />
          </li>
        ))}
      </ul>
    </Notice>
  )
}

function Totals({ report: { totals } }: { readonly report: CostReport }) {
  return (
    <dl className="totals cost-totals" aria-label="Totals">
      <Total
        label="Cost"
        value={formatNanoUsd(totals.cost_nano_usd)}
        note={`${formatCount(totals.calls)} ${totals.calls === 1 ? 'call' : 'calls'}`}
      />
      <Total
        label="Saved by prompt caches"
        value={formatNanoUsd(totals.cache_saved_nano_usd)}
        note={`${formatCount(totals.usage.cache_read_tokens)} tokens read`}
      />
      <Total
        label="Saved by answers kept"
        value={formatNanoUsd(totals.answers_saved_nano_usd)}
        note={`${formatCount(totals.cached_calls)} ${totals.cached_calls === 1 ? 'call' : 'calls'}`}
      />
      <Total
        label="Estimated"
        value={formatCount(totals.estimated_calls)}
        note={`${totals.estimated_calls === 1 ? 'call' : 'calls'}, as nobody told the counts`}
      />
    </dl>
  )
}

function Total(props: { readonly label: string; readonly value: string; readonly note: string }) {
  return (
    <div className="total">
      <dt>{props.label}</dt>
      <dd className="total-value">{props.value}</dd>
      <dd className="total-note">{props.note}</dd>
    </div>
  )
}

function download(report: CostReport): void {
  const url = URL.createObjectURL(new Blob([toCostsCsv(report)], { type: 'text/csv;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `costs-${report.since}-${report.until}.csv`
  link.click()
  URL.revokeObjectURL(url)
}
