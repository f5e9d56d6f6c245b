import { Table } from '@mantine/core'
import type { ModelPlace } from '../../api/models.ts'
import type { ModelServing } from '../../api/types.ts'
import { Empty } from '../../parts/empty.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { ToneMark } from '../../parts/status.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { useHref } from '../../routing/scope.ts'
import { modelPath } from './model-href.ts'

/** Which engine had which version, from when until when. */
export function ServingTable(props: {
  readonly place: ModelPlace
  readonly servings: readonly ModelServing[]
  readonly emptyText: string
}) {
  const href = useHref()
  if (props.servings.length === 0) return <Empty icon="engines" title={props.emptyText} />
  return (
    <ScrollRegion className="scroll-x" label="Engines">
      <Table className="rows stacking">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Engine</Table.Th>
            <Table.Th>Version</Table.Th>
            <Table.Th>Releases</Table.Th>
            <Table.Th>From</Table.Th>
            <Table.Th>Until</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {props.servings.map(serving => (
            <Table.Tr key={`${serving.server} ${serving.engine} ${serving.started_at}`}>
              <Table.Td data-label="Engine">
                {serving.engine}
                <div className="quiet">{serving.server}</div>
              </Table.Td>
              <Table.Td data-label="Version">
                <a href={href(modelPath(props.place, String(serving.version)))}>version {serving.version}</a>
                <div className="quiet">{serving.reference}</div>
              </Table.Td>
              <Table.Td data-label="Releases">{serving.releases.join(', ')}</Table.Td>
              <Table.Td data-label="From">
                <TimeAgo iso={serving.started_at} />
              </Table.Td>
              <Table.Td data-label="Until">
                {serving.ended_at === null ? (
                  <ToneMark tone="good">live</ToneMark>
                ) : (
                  <TimeAgo iso={serving.ended_at} />
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollRegion>
  )
}
