import { Button, Group, Table, TextInput } from '@mantine/core'
import { useState } from 'react'
import { type ModelPlace, useLiveModel } from '../../api/models.ts'
import { formatExact, toLocalInput } from '../../format/time.ts'
import { Empty } from '../../parts/empty.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Panel } from '../../parts/page.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { changeSearch, useSearch } from '../../routing/location.ts'
import { useHref } from '../../routing/scope.ts'
import { EvidenceList } from './evidence-list.tsx'
import { modelPath } from './model-href.ts'
import { ServingTable } from './serving-table.tsx'

/** What was live at a moment, who had put it there and on which evidence. */
export function LiveView({ place }: { readonly place: ModelPlace }) {
  const asked = useSearch().get('at') ?? undefined
  const at = asked === undefined || Number.isNaN(Date.parse(asked)) ? undefined : asked
  // it stands still while somebody types
  const [now] = useState(() => Date.now())
  const live = useLiveModel(place, at)
  const href = useHref()
  return (
    <div className="stack">
      <Group gap="xs" align="flex-end">
        <TextInput
          type="datetime-local"
          label="At"
          value={toLocalInput(at === undefined ? now : Date.parse(at))}
          onChange={({ currentTarget: { value } }) =>
            changeSearch({ at: value === '' ? undefined : new Date(value).toISOString() })
          }
        />
        <Button variant="default" disabled={at === undefined} onClick={() => changeSearch({ at: undefined })}>
          Now
        </Button>
      </Group>
      <Loaded query={live} height={240}>
        {found => (
          <>
            <Panel isFlush title={at === undefined ? 'Aliases now' : `Aliases on ${formatExact(found.at)}`}>
              {found.aliases.length === 0 ? (
                <Empty icon="clock" title="No alias was there at that moment" />
              ) : (
                <ScrollRegion className="scroll-x" label="Aliases at that moment">
                  <Table className="rows stacking">
                    <Table.Thead>
                      <Table.Tr>
                        <Table.Th>Alias</Table.Th>
                        <Table.Th>Version</Table.Th>
                        <Table.Th>Moved by</Table.Th>
                        <Table.Th>Because</Table.Th>
                        <Table.Th>Evidence</Table.Th>
                      </Table.Tr>
                    </Table.Thead>
                    <Table.Tbody>
                      {found.aliases.map(({ alias, version, since, event }) => (
                        <Table.Tr key={alias}>
                          <Table.Td data-label="Alias">
                            <b>{alias}</b>
                          </Table.Td>
                          <Table.Td data-label="Version">
                            <a href={href(modelPath(place, String(version)))}>version {version}</a>
                          </Table.Td>
                          <Table.Td data-label="Moved by">
                            {event.actor_name}, <TimeAgo iso={since} />
                          </Table.Td>
                          <Table.Td data-label="Because">{event.reason}</Table.Td>
                          <Table.Td data-label="Evidence">
                            <EvidenceList evidence={event.evidence} />
                          </Table.Td>
                        </Table.Tr>
                      ))}
                    </Table.Tbody>
                  </Table>
                </ScrollRegion>
              )}
            </Panel>
            <Panel isFlush title="Engines">
              <ServingTable
                place={place}
                servings={found.servings}
                emptyText="No engine of ours had a version of it"
              />
            </Panel>
          </>
        )}
      </Loaded>
    </div>
  )
}
