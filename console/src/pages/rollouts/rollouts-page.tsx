import { Table } from '@mantine/core'
import { useRollouts } from '../../api/rollouts.ts'
import { Empty } from '../../parts/empty.tsx'
import { LiveMark } from '../../parts/live-mark.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { OnlyOf } from '../../parts/only-of.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { ToneMark } from '../../parts/status.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { useScope } from '../../routing/scope.ts'
import { rolloutTones } from '../timeline/timeline-items.ts'
import './rollouts.css'

/** Rollouts, the newest first. */
export function RolloutsPage() {
  const { service } = useScope()
  const rollouts = useRollouts(service)
  return (
    <>
      <PageHead
        title="Rollouts"
        lead="Releases that are brought to a service by steps; each step is judged by numbers."
      >
        <LiveMark state={rollouts.isError ? 'connecting' : 'live'} />
      </PageHead>
      <div className="stack">
        <OnlyOf service={service} />
        <Loaded query={rollouts} height={300}>
          {known =>
            known.length === 0 ? (
              <Empty
                icon="flow"
                title="Nothing was rolled out yet"
                command="slipway rollout start SERVICE RELEASE --reason WHY"
              >
                It needs a service with more than one release.
              </Empty>
            ) : (
              <Panel isFlush>
                <div className="scroll-x">
                  <Table className="rows">
                    <Table.Thead>
                      <Table.Tr>
                        <Table.Th>Rollout</Table.Th>
                        <Table.Th>State</Table.Th>
                        <Table.Th>Step</Table.Th>
                        <Table.Th>Last verdict</Table.Th>
                        <Table.Th>Began</Table.Th>
                      </Table.Tr>
                    </Table.Thead>
                    <Table.Tbody>
                      {known.map(one => (
                        <Table.Tr key={one.id}>
                          <Table.Td>
                            <a href={`/rollouts/${one.id}`}>
                              {one.service}: {one.candidates.join(', ')} beside {one.baseline}
                            </a>
                          </Table.Td>
                          <Table.Td>
                            <ToneMark tone={rolloutTones[one.state] ?? 'accent'}>{one.state}</ToneMark>
                          </Table.Td>
                          <Table.Td>
                            {one.step + 1} of {one.steps.length}
                          </Table.Td>
                          <Table.Td>{one.last_verdict?.decision ?? 'none yet'}</Table.Td>
                          <Table.Td>
                            <TimeAgo iso={one.created_at} />
                          </Table.Td>
                        </Table.Tr>
                      ))}
                    </Table.Tbody>
                  </Table>
                </div>
              </Panel>
            )
          }
        </Loaded>
      </div>
    </>
  )
}
