import { Anchor, Table } from '@mantine/core'
import type { Overview } from '../../api/types.ts'
import { formatDuration } from '../../format/duration.ts'
import { formatCost } from '../../format/money.ts'
import { formatCount, formatShare, none } from '../../format/number.ts'
import { Panel } from '../../parts/page.tsx'
import { useHref } from '../../routing/scope.ts'

export function ServiceTable({ overview }: { readonly overview: Overview }) {
  const href = useHref()
  const services = overview.services.toSorted((a, b) => b.requests - a.requests)
  const most = services[0]?.requests ?? 1
  return (
    <Panel title="By service" isFlush>
      <div className="scroll-x">
        <Table className="rows" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Service</Table.Th>
              <Table.Th ta="right">Requests</Table.Th>
              <Table.Th className="wide-only" w="24%" aria-label="Share of requests" />
              <Table.Th ta="right">Errors</Table.Th>
              <Table.Th ta="right">Latency p95</Table.Th>
              <Table.Th ta="right" className="wide-only">
                Cost
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {services.length === 0 && (
              <Table.Tr>
                <Table.Td colSpan={6} className="quiet">
                  No service was called in this period.
                </Table.Td>
              </Table.Tr>
            )}
            {services.map(row => (
              <Table.Tr key={row.service}>
                <Table.Td>
                  <Anchor
                    href={href(`/inferences?service=${encodeURIComponent(row.service)}`)}
                    fw={550}
                    inherit
                  >
                    {row.service}
                  </Anchor>
                </Table.Td>
                <Table.Td ta="right">{formatCount(row.requests)}</Table.Td>
                <Table.Td className="wide-only">
                  <span className="meter" aria-hidden="true">
                    <span style={{ width: `${(row.requests / most) * 100}%` }} />
                  </span>
                </Table.Td>
                <Table.Td ta="right">
                  {row.errors === 0 ? (
                    <span className="quiet">none</span>
                  ) : (
                    <Anchor
                      href={href(`/inferences?service=${encodeURIComponent(row.service)}&outcome=error`)}
                      c="var(--bad)"
                      inherit
                    >
                      {formatShare(row.errors, row.requests)}
                    </Anchor>
                  )}
                </Table.Td>
                <Table.Td ta="right">
                  {row.latency_p95_ms === null ? none : formatDuration(row.latency_p95_ms)}
                </Table.Td>
                <Table.Td ta="right" className="wide-only">
                  {formatCost(row.cost_nano_usd)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </Panel>
  )
}
