import { Table } from '@mantine/core'
import type { Alert } from '../../api/types.ts'
import { Prose } from '../../parts/prose.tsx'
import { Status } from '../../parts/status.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { useHref } from '../../routing/scope.ts'

/** Alerts, a line each; the summary leads to the evidence. */
export function AlertTable({ alerts }: { readonly alerts: readonly Alert[] }) {
  const href = useHref()
  return (
    <div className="scroll-x">
      <Table className="rows stacking">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={130}>State</Table.Th>
            <Table.Th w={90}>Severity</Table.Th>
            <Table.Th>What</Table.Th>
            <Table.Th w={110}>Since</Table.Th>
            <Table.Th w={110}>Until</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {alerts.map(alert => (
            <Table.Tr key={alert.id}>
              <Table.Td data-label="State">
                <Status state={alert.state} />
                {alert.muted_by !== null && <div className="quiet">not sent</div>}
              </Table.Td>
              <Table.Td data-label="Severity">
                <b className="severity" data-severity={alert.severity}>
                  {alert.severity}
                </b>
              </Table.Td>
              <Table.Td data-label="What">
                <a href={href(`/alerts/${alert.id}`)}>
                  <Prose text={alert.summary} />
                </a>
                {alert.returns > 0 && <span className="quiet"> · came back {alert.returns}×</span>}
                {alert.acknowledged_by !== null && (
                  <span className="quiet"> · {alert.acknowledged_by} has it</span>
                )}
              </Table.Td>
              <Table.Td data-label="Since">
                <TimeAgo iso={alert.fired_at ?? alert.started_at} />
              </Table.Td>
              <Table.Td data-label="Until">
                {alert.resolved_at === null ? '–' : <TimeAgo iso={alert.resolved_at} />}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
