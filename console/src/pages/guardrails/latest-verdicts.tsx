import { Table } from '@mantine/core'
import { useLatestVerdicts } from '../../api/queries.ts'
import { Loaded } from '../../parts/loaded.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { Status } from '../../parts/status.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { useHref, useScope } from '../../routing/scope.ts'

/** The last inferences in which a check found something, or could not tell. */
export function LatestVerdicts() {
  const scope = useScope()
  const href = useHref()
  const latest = useLatestVerdicts(scope)
  return (
    <section className="panel" aria-label="Latest findings">
      <div className="card-head">
        <h2>Latest findings</h2>
      </div>
      <Loaded query={latest} height={120}>
        {inferences =>
          inferences.length === 0 ? (
            <p className="panel-body quiet">No check has found anything yet.</p>
          ) : (
            <ScrollRegion className="scroll-x" label="Latest findings">
              <Table className="rows stacking" highlightOnHover>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>When</Table.Th>
                    <Table.Th>Verdict</Table.Th>
                    <Table.Th>Service</Table.Th>
                    <Table.Th>Tenant</Table.Th>
                    <Table.Th>Policy</Table.Th>
                    <Table.Th>Outcome</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {inferences.map(inference => (
                    <Table.Tr key={inference.id}>
                      <Table.Td data-label="When">
                        <a href={href(`/inferences/${inference.id}`)}>
                          <TimeAgo iso={inference.started_at} />
                        </a>
                      </Table.Td>
                      <Table.Td data-label="Verdict">{inference.verdict}</Table.Td>
                      <Table.Td data-label="Service">{inference.service}</Table.Td>
                      <Table.Td data-label="Tenant">{inference.tenant}</Table.Td>
                      <Table.Td data-label="Policy">
                        <code>{inference.policy_hash?.slice(0, 8)}</code>
                      </Table.Td>
                      <Table.Td data-label="Outcome">
                        <Status state={inference.outcome} />
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </ScrollRegion>
          )
        }
      </Loaded>
    </section>
  )
}
