import { Table } from '@mantine/core'
import type { System } from '../../api/types.ts'
import { formatBytes, formatCount } from '../../format/number.ts'
import { Notice } from '../../parts/notice.tsx'
import { Panel } from '../../parts/page.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'

/** The processes that share the port, and the servers that share the database. */
export function ProcessesPanel({ system }: { readonly system: System }) {
  return (
    <Panel title="Processes" isFlush>
      <div className="scroll-x">
        <Table className="rows stacking">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Process</Table.Th>
              <Table.Th>Role</Table.Th>
              <Table.Th>Started</Table.Th>
              <Table.Th>Memory</Table.Th>
              <Table.Th>In flight</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {system.processes.map(process => (
              <Table.Tr key={process.worker}>
                <Table.Td data-label="Process">
                  {process.worker} <span className="quiet">(pid {process.pid})</span>
                </Table.Td>
                <Table.Td data-label="Role">{process.role}</Table.Td>
                <Table.Td data-label="Started">
                  <TimeAgo iso={process.started_at} />
                </Table.Td>
                <Table.Td data-label="Memory">{formatBytes(process.resident_bytes)}</Table.Td>
                <Table.Td data-label="In flight">{formatCount(process.requests_in_flight)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {system.replicas
        .filter(({ refused_revision }) => refused_revision !== null)
        .map(({ name, refused_revision, problems }) => (
          <Notice
            key={name}
            tone="warn"
            title={`Revision ${refused_revision} of the configuration cannot be used at ${name}`}
          >
            <p>What was in force there stays so.</p>
            <ul>
              {problems?.split('\n').map(problem => (
                <li key={problem}>{problem}</li>
              ))}
            </ul>
          </Notice>
        ))}
    </Panel>
  )
}
