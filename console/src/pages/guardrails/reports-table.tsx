import { Table } from '@mantine/core'
import type { GuardrailReport } from '../../api/types.ts'
import { formatCount } from '../../format/number.ts'
import { Identifier } from '../../parts/copy.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'

/** What checks in shadow would have done: what `report:` of the configuration may name. */
export function ReportsTable({ reports }: { readonly reports: readonly GuardrailReport[] }) {
  return (
    <section className="panel" aria-label="Reports">
      <div className="card-head">
        <div>
          <h2>Reports</h2>
          <p className="lead">
            What checks in shadow would have done. To enforce one, name its report in the configuration.
          </p>
        </div>
      </div>
      <ScrollRegion className="scroll-x" label="Reports">
        <Table className="rows stacking">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Report</Table.Th>
              <Table.Th>Check</Table.Th>
              <Table.Th ta="right">Looked at</Table.Th>
              <Table.Th ta="right">Would act</Table.Th>
              <Table.Th ta="right">At most</Table.Th>
              <Table.Th ta="right">Failed</Table.Th>
              <Table.Th>Written</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {reports.map(({ hash, content, created_at, created_by }) => (
              <Table.Tr key={hash}>
                <Table.Td data-label="Report">
                  <Identifier text={hash} label="report" />
                </Table.Td>
                <Table.Td data-label="Check">
                  {content.policy} / <b>{content.guard}</b>
                </Table.Td>
                <Table.Td data-label="Looked at" ta="right" className="figure">
                  {formatCount(content.looked)}
                </Table.Td>
                <Table.Td data-label="Would act" ta="right" className="figure">
                  {formatCount(content.would_have_acted)}
                </Table.Td>
                <Table.Td data-label="At most" ta="right" className="figure">
                  {(content.share_upper * 100).toFixed(2)} %
                </Table.Td>
                <Table.Td data-label="Failed" ta="right" className="figure">
                  {formatCount(content.errors + content.timeouts)}
                </Table.Td>
                <Table.Td data-label="Written">
                  <TimeAgo iso={created_at} /> by {created_by}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollRegion>
    </section>
  )
}
