import { Button, Table } from '@mantine/core'
import { useState } from 'react'
import { useCancelDriftReport, useDriftReport, useDriftReports } from '../../api/drift.ts'
import { useMe } from '../../api/queries.ts'
import type { DriftReport } from '../../api/types.ts'
import { DriftReportView } from '../../parts/drift/drift-report.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { OnlyOf } from '../../parts/only-of.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { Prose } from '../../parts/prose.tsx'
import { Status } from '../../parts/status.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { useHref, useScope } from '../../routing/scope.ts'
import { CompareDialog } from './compare-dialog.tsx'
import { ExampleText } from './example-text.tsx'

/** Drift reports, or one of them. */
export function DriftPage({ id }: { readonly id: string | undefined }) {
  return id === undefined ? <Reports /> : <OneReport id={id} />
}

function Reports() {
  const { service, tenant } = useScope()
  const href = useHref()
  const mayRun = useMe().data?.permissions.includes('drift:run') === true
  const [isAsking, setIsAsking] = useState(false)
  return (
    <>
      <PageHead
        title="Drift"
        lead="What has changed in traffic or data, where, and what that does to quality."
      >
        {mayRun && <Button onClick={() => setIsAsking(true)}>Compare traffic</Button>}
      </PageHead>
      <div className="stack">
        <OnlyOf service={service} />
        <Loaded query={useDriftReports(service, tenant)} height={300}>
          {reports =>
            reports.length === 0 ? (
              <Empty
                icon="chart"
                title="No drift reports yet"
                command="slipway drift report --service support --reference 8d..1d --current 1d"
              >
                A report holds what is against what was: windows of traffic, or versions of datasets.
              </Empty>
            ) : (
              <Panel title="Reports" isFlush>
                <div className="scroll-x">
                  <Table className="rows stacking">
                    <Table.Tbody>
                      {reports.map(report => (
                        <Table.Tr key={report.id}>
                          <Table.Td data-label="What">
                            <a href={href(`/drift/${report.id}`)}>
                              <Prose
                                text={report.sentence ?? `${report.current} against ${report.reference}`}
                              />
                            </a>
                            <div className="quiet">{report.author}</div>
                          </Table.Td>
                          <Table.Td data-label="State">
                            <Status state={report.state} />
                          </Table.Td>
                          <Table.Td data-label="Asked for">
                            <TimeAgo iso={report.created_at} />
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
      {isAsking && <CompareDialog service={service} tenant={tenant} onClose={() => setIsAsking(false)} />}
    </>
  )
}

function OneReport({ id }: { readonly id: string }) {
  const href = useHref()
  const mayRead = useMe().data?.permissions.includes('inference:read') === true
  return (
    <>
      <PageHead title="Drift report" lead={<a href={href('/drift')}>All reports</a>} />
      <Loaded query={useDriftReport(id)} height={500}>
        {row =>
          row.report ? (
            <DriftReportView
              report={row.report}
              exampleHref={isTraffic(row) ? example => href(`/inferences/${example}`) : undefined}
              exampleText={isTraffic(row) && mayRead ? example => <ExampleText id={example} /> : undefined}
            />
          ) : (
            <Panel>
              <p>
                <Status state={row.state} /> {row.error ? row.error.message : row.step}
              </p>
              <p className="quiet">
                {row.current} against {row.reference}
              </p>
              {(row.state === 'queued' || row.state === 'running') && <CancelReport id={id} />}
            </Panel>
          )
        }
      </Loaded>
    </>
  )
}

function CancelReport({ id }: { readonly id: string }) {
  const mayRun = useMe().data?.permissions.includes('drift:run') === true
  const cancel = useCancelDriftReport(id)
  if (!mayRun) return null
  return (
    <>
      <Button variant="default" onClick={() => cancel.mutate()} loading={cancel.isPending}>
        Cancel report
      </Button>
      {cancel.error && (
        <p className="quiet">
          <Prose text={cancel.error.message} />
        </p>
      )}
    </>
  )
}

/** Whether the examples are inferences. */
function isTraffic({ request }: Pick<DriftReport, 'request'>): boolean {
  const { current } = request
  return typeof current === 'object' && current !== null && 'service' in current
}
