import { Button, Table } from '@mantine/core'
import type { Batch } from '../../api/types.ts'
import { formatUptime } from '../../format/duration.ts'
import { formatNanoUsd } from '../../format/money.ts'
import { formatCount, none } from '../../format/number.ts'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { Status } from '../../parts/status.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { useHref } from '../../routing/scope.ts'
import { BatchProgress } from './batch-progress.tsx'
import { isRunning, stateOf } from './batch-state.ts'

export function BatchTable(props: {
  readonly batches: readonly Batch[]
  readonly onCancel?: (batch: Batch) => void
}) {
  const href = useHref()
  return (
    <ScrollRegion className="scroll-x" label="Batches">
      <Table className="rows stacking" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Batch</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Lines</Table.Th>
            <Table.Th ta="right">Pace</Table.Th>
            <Table.Th ta="right">Left</Table.Th>
            <Table.Th ta="right">Cost</Table.Th>
            <Table.Th>Made</Table.Th>
            <Table.Th aria-label="Actions" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {props.batches.map(batch => (
            <Table.Tr key={batch.id}>
              <Table.Td data-label="Batch">
                <a href={href(`/batches/${encodeURIComponent(batch.id)}`)} title={batch.id}>
                  …{batch.id.slice(-8)}
                </a>
                <div className="quiet">
                  {batch.tenant} · {batch.endpoint.replace('/v1/', '')}
                </div>
              </Table.Td>
              <Table.Td data-label="State">
                <Status state={stateOf(batch)} />
              </Table.Td>
              <Table.Td data-label="Lines">
                <BatchProgress batch={batch} />
              </Table.Td>
              <Table.Td data-label="Pace" ta="right">
                {describePace(batch)}
              </Table.Td>
              <Table.Td data-label="Left" ta="right">
                {batch.remaining_seconds === null ? none : formatUptime(batch.remaining_seconds)}
              </Table.Td>
              <Table.Td data-label="Cost" ta="right">
                {formatNanoUsd(batch.cost_nano_usd)}
              </Table.Td>
              <Table.Td data-label="Made">
                <TimeAgo iso={batch.created_at} />
              </Table.Td>
              <Table.Td ta="right">
                {props.onCancel && isRunning(batch) && batch.status !== 'cancelling' && (
                  <Button
                    variant="subtle"
                    color="red"
                    size="compact-sm"
                    aria-label={`Cancel ${batch.id}`}
                    onClick={() => props.onCancel?.(batch)}
                  >
                    Cancel
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollRegion>
  )
}

export function describePace({ lines_per_minute: pace }: Batch): string {
  return pace === null ? none : `${formatCount(pace)}/min`
}
