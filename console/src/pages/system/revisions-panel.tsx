import { Button, Table } from '@mantine/core'
import { useState } from 'react'
import { useMe, useRevisions } from '../../api/queries.ts'
import type { Revision } from '../../api/types.ts'
import { Loaded } from '../../parts/loaded.tsx'
import { Panel } from '../../parts/page.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { RevisionDialog } from './revision-dialog.tsx'

/** What was published for all replicas, newest first, and the way back. */
export function RevisionsPanel({ inForce }: { readonly inForce: number | null }) {
  const revisions = useRevisions(inForce)
  const mayRollBack = useMe().data?.permissions.includes('configuration:rollback') ?? false
  const [opened, open] = useState<Revision>()
  return (
    <Panel title="Revisions of the configuration" isFlush>
      <Loaded query={revisions} height={120}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="quiet panel-body">Nothing was published yet: the built-in default is in force.</p>
          ) : (
            <RevisionTable revisions={data} inForce={inForce} onOpen={open} />
          )
        }
      </Loaded>
      <RevisionDialog
        revision={opened}
        inForce={inForce}
        mayRollBack={mayRollBack}
        onClose={() => open(undefined)}
      />
    </Panel>
  )
}

function RevisionTable(props: {
  readonly revisions: readonly Revision[]
  readonly inForce: number | null
  readonly onOpen: (revision: Revision) => void
}) {
  return (
    <div className="scroll-x">
      <Table className="rows stacking" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Revision</Table.Th>
            <Table.Th>Published</Table.Th>
            <Table.Th>By</Table.Th>
            <Table.Th>How</Table.Th>
            <Table.Th aria-label="Actions" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {props.revisions.map(revision => (
            <Table.Tr key={revision.revision}>
              <Table.Td data-label="Revision">
                {revision.revision}
                {revision.revision === props.inForce && <span className="tag">in force</span>}
              </Table.Td>
              <Table.Td data-label="Published">
                <TimeAgo iso={revision.published_at} />
              </Table.Td>
              <Table.Td data-label="By">{revision.published_by}</Table.Td>
              <Table.Td data-label="How">
                {revision.restores === null ? revision.origin : `rollback to ${revision.restores}`}
              </Table.Td>
              <Table.Td>
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={`Look at revision ${revision.revision}`}
                  onClick={() => props.onOpen(revision)}
                >
                  Look
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
