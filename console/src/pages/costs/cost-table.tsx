import { Table } from '@mantine/core'
import type { CostReport } from '../../api/types.ts'
import { formatNanoUsd } from '../../format/money.ts'
import { formatCount } from '../../format/number.ts'
import { Panel } from '../../parts/page.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { totalInput, totalOutput } from '../inferences/inference-row.tsx'

export function CostTable({ report, by }: { readonly report: CostReport; readonly by: string }) {
  return (
    <Panel title={`By ${by.toLowerCase()}`} isFlush>
      <ScrollRegion className="scroll-x" label={`Costs by ${by.toLowerCase()}`}>
        <Table className="rows" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{by}</Table.Th>
              <Table.Th ta="right">Cost</Table.Th>
              <Table.Th ta="right">Calls</Table.Th>
              <Table.Th ta="right">Unpriced</Table.Th>
              <Table.Th ta="right">Input</Table.Th>
              <Table.Th ta="right">Output</Table.Th>
              <Table.Th ta="right">Saved</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {report.groups.length === 0 && (
              <Table.Tr>
                <Table.Td colSpan={7} className="quiet">
                  Nothing was called in these days.
                </Table.Td>
              </Table.Tr>
            )}
            {report.groups.map(row => (
              <Table.Tr key={row.group}>
                <Table.Td>{row.group || <span className="quiet">nothing called</span>}</Table.Td>
                <Table.Td ta="right">{formatNanoUsd(row.cost_nano_usd)}</Table.Td>
                <Table.Td ta="right">{formatCount(row.calls)}</Table.Td>
                <Table.Td ta="right">
                  {row.unpriced_calls === 0 ? (
                    <span className="quiet">none</span>
                  ) : (
                    formatCount(row.unpriced_calls)
                  )}
                </Table.Td>
                <Table.Td ta="right">{formatCount(totalInput(row.usage))}</Table.Td>
                <Table.Td ta="right">{formatCount(totalOutput(row.usage))}</Table.Td>
                <Table.Td ta="right">
                  {formatNanoUsd(row.cache_saved_nano_usd + row.answers_saved_nano_usd)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollRegion>
    </Panel>
  )
}
