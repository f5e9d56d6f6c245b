import { AreaChart } from '@mantine/charts'
import { Table } from '@mantine/core'
import { useQueues } from '../../api/queries.ts'
import type { Queue } from '../../api/types.ts'
import { formatDuration } from '../../format/duration.ts'
import { formatCount, formatShare, none } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { LiveMark } from '../../parts/live-mark.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Panel } from '../../parts/page.tsx'
import { historyOf, recentTokens } from './served-history.ts'

/** Distinct in both colour schemes, and not those that mean good and bad. */
const colors = ['indigo.6', 'teal.6', 'orange.6', 'grape.6', 'cyan.6', 'yellow.7', 'pink.6', 'lime.7']

/** Each bounded target: what is under way, who waits, and how it is shared, live. */
export function Shares() {
  const queues = useQueues()
  return (
    <Loaded query={queues} height={260}>
      {known => (
        <div className="stack">
          {known.length === 0 && <NoQueues />}
          {known.map(queue => (
            <TargetPanel key={queue.target} queue={queue} atMs={queues.dataUpdatedAt} />
          ))}
        </div>
      )}
    </Loaded>
  )
}

function NoQueues() {
  return (
    <Empty icon="clock" title="No target is bounded">
      Set <code>capacity</code> on a provider in the configuration; engines are bounded by themselves.
    </Empty>
  )
}

function TargetPanel({ queue, atMs }: { readonly queue: Queue; readonly atMs: number }) {
  const { interactive, standard, batch } = queue.queued
  const waiting = interactive + standard + batch
  return (
    <Panel title={queue.target} side={<LiveMark state="live" />}>
      <p>
        {describeFlight(queue)}
        {waiting === 0
          ? ' Nobody waits.'
          : ` ${waiting} wait (${interactive} interactive, ${standard} standard, ${batch} batch), the oldest for ${formatDuration(queue.oldest_ms)}.`}
        {queue.drain_ms !== null &&
          waiting > 0 &&
          ` At this pace all have gone in ${formatDuration(queue.drain_ms)}.`}
      </p>
      {queue.tenants.length > 0 && (
        <>
          <AreaChart
            h={180}
            data={historyOf(queue, atMs)}
            dataKey="tick"
            type="stacked"
            series={queue.tenants.map(({ tenant }, index) => ({
              name: tenant,
              color: colors[index % colors.length] ?? 'indigo.6',
            }))}
            withLegend
            withDots={false}
            tickLine="none"
            gridAxis="x"
            strokeDasharray="0"
            valueFormatter={formatCount}
            yAxisProps={{ width: 58 }}
            xAxisProps={{ minTickGap: 48, interval: 'preserveStartEnd' }}
            tooltipAnimationDuration={0}
            areaProps={{ isAnimationActive: false }}
          />
          <TenantTable queue={queue} />
        </>
      )}
    </Panel>
  )
}

function TenantTable({ queue }: { readonly queue: Queue }) {
  const all = queue.tenants.reduce((sum, tenant) => sum + recentTokens(tenant), 0)
  return (
    <div className="scroll-x">
      <Table className="rows stacking">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Tenant</Table.Th>
            <Table.Th ta="right">Weight</Table.Th>
            <Table.Th w={180}>Share, last minute</Table.Th>
            <Table.Th ta="right">Under way</Table.Th>
            <Table.Th ta="right">Waiting</Table.Th>
            <Table.Th ta="right">Wait p50</Table.Th>
            <Table.Th ta="right">Wait p99</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {queue.tenants.map(tenant => (
            <Table.Tr key={tenant.tenant}>
              <Table.Td data-label="Tenant">
                <b>{tenant.tenant}</b>
              </Table.Td>
              <Table.Td data-label="Weight" ta="right">
                {tenant.weight}
              </Table.Td>
              <Table.Td data-label="Share">
                <span className="slots">
                  <span className="meter" aria-hidden="true">
                    <span style={{ width: `${all === 0 ? 0 : (recentTokens(tenant) / all) * 100}%` }} />
                  </span>
                  {all === 0 ? none : formatShare(recentTokens(tenant), all)}
                </span>
              </Table.Td>
              <Table.Td data-label="Under way" ta="right">
                {tenant.in_flight_requests}
              </Table.Td>
              <Table.Td data-label="Waiting" ta="right">
                {tenant.queued_requests}
              </Table.Td>
              <Table.Td data-label="Wait p50" ta="right">
                {tenant.wait_p50_ms === null ? none : formatDuration(tenant.wait_p50_ms)}
              </Table.Td>
              <Table.Td data-label="Wait p99" ta="right">
                {tenant.wait_p99_ms === null ? none : formatDuration(tenant.wait_p99_ms)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

function describeFlight(queue: Queue): string {
  const requests =
    queue.request_limit === null
      ? `${queue.in_flight_requests} requests`
      : `${queue.in_flight_requests} of ${queue.request_limit} requests`
  const tokens =
    queue.token_limit === null
      ? `${formatCount(queue.in_flight_tokens)} tokens`
      : `${formatCount(queue.in_flight_tokens)} of ${formatCount(Math.floor(queue.token_limit))} tokens`
  return `${requests} and ${tokens} under way.`
}
