import { Button, Table } from '@mantine/core'
import { isEnded, useBeginPipelineRun, usePipelineRuns, usePipelines } from '../../api/pipelines.ts'
import { useMe } from '../../api/queries.ts'
import type { Answer, PipelineRun } from '../../api/types.ts'
import { none } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { LiveMark } from '../../parts/live-mark.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { ShowMore } from '../../parts/show-more.tsx'
import { ToneMark } from '../../parts/status.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { navigate } from '../../routing/location.ts'
import { useHref, useScope } from '../../routing/scope.ts'
import { PipelinePage } from './pipeline-page.tsx'
import { RunPage } from './run-page.tsx'
import { describeState } from './stage-states.ts'

const runId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Pipelines and their runs, one pipeline by its name, or one run by its id. */
export function PipelinesPage({ id }: { readonly id: string | undefined }) {
  if (id === undefined) return <PipelineList />
  return runId.test(id) ? <RunPage id={id} /> : <PipelinePage name={id} />
}

function PipelineList() {
  const { tenant } = useScope()
  const pipelines = usePipelines(tenant)
  const runs = usePipelineRuns(tenant, undefined)
  return (
    <>
      <PageHead
        title="Pipelines"
        lead="Declared stages that survive crashes and reuse what has not changed."
      />
      <div className="run-panels">
        <Loaded query={pipelines} height={160}>
          {({ data }) => (
            <Panel isFlush title="Defined">
              {data.length === 0 ? (
                <Empty
                  icon="batches"
                  title="No pipelines yet"
                  command="npm run slipway -- pipeline define -f pipeline.yaml"
                >
                  A pipeline declares stages, what they take and leave, and what begins them.
                </Empty>
              ) : (
                <PipelineTable pipelines={data} />
              )}
            </Panel>
          )}
        </Loaded>
        <Loaded query={runs} height={320}>
          {({ pages }) => {
            const known = pages.flatMap(page => page.data)
            return (
              <Panel
                isFlush
                title="Runs, newest first"
                {...(known.some(run => !isEnded(run)) && { side: <LiveMark state="live" /> })}
              >
                {known.length === 0 ? (
                  <Empty icon="clock" title="No runs yet" command="npm run slipway -- pipeline run NAME" />
                ) : (
                  <RunTable runs={known} />
                )}
                <ShowMore query={runs} />
              </Panel>
            )
          }}
        </Loaded>
      </div>
    </>
  )
}

function PipelineTable({ pipelines }: { readonly pipelines: Answer<'listPipelines'>['data'] }) {
  const mayRun = useMe().data?.permissions.includes('pipeline:run') === true
  const begin = useBeginPipelineRun()
  const href = useHref()
  return (
    <>
      {begin.error && <Problem error={begin.error} />}
      <ScrollRegion className="scroll-x" label="Defined pipelines">
        <Table className="rows stacking" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Pipeline</Table.Th>
              <Table.Th>Version</Table.Th>
              <Table.Th>Defined</Table.Th>
              <Table.Th>Next by itself</Table.Th>
              <Table.Th aria-label="Actions" />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {pipelines.map(one => (
              <Table.Tr key={`${one.tenant} ${one.name}`}>
                <Table.Td data-label="Pipeline">
                  <a
                    href={href(
                      `/pipelines/${encodeURIComponent(one.name)}?${new URLSearchParams({ tenant: one.tenant })}`,
                    )}
                  >
                    {one.name}
                  </a>
                  <div className="quiet">{one.tenant}</div>
                </Table.Td>
                <Table.Td data-label="Version">
                  {one.version} <code className="quiet">{one.hash.slice(0, 8)}</code>
                </Table.Td>
                <Table.Td data-label="Defined">
                  {one.author}, <TimeAgo iso={one.created_at} />
                </Table.Td>
                <Table.Td data-label="Next by itself">
                  {one.next_run_at === null ? none : <TimeAgo iso={one.next_run_at} />}
                </Table.Td>
                <Table.Td ta="right">
                  {mayRun && (
                    <Button
                      variant="default"
                      size="compact-sm"
                      loading={begin.isPending && begin.variables.pipeline === one.name}
                      onClick={() =>
                        begin.mutate(
                          { pipeline: one.name, tenant: one.tenant },
                          { onSuccess: run => navigate(href(`/pipelines/${run.id}`)) },
                        )
                      }
                      aria-label={`Run ${one.name}`}
                    >
                      Run
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollRegion>
    </>
  )
}

function RunTable({ runs }: { readonly runs: readonly PipelineRun[] }) {
  const href = useHref()
  return (
    <ScrollRegion className="scroll-x" label="Runs">
      <Table className="rows stacking" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Pipeline</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Stages</Table.Th>
            <Table.Th>Begun by</Table.Th>
            <Table.Th>Begun</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.map(run => {
            const { word, tone } = describeState(run)
            return (
              <Table.Tr key={run.id}>
                <Table.Td data-label="Pipeline">
                  <a href={href(`/pipelines/${run.id}`)}>{run.pipeline}</a>
                  <div className="quiet">
                    {run.tenant} · version {run.version}
                  </div>
                </Table.Td>
                <Table.Td data-label="State">
                  <ToneMark tone={tone}>{word}</ToneMark>
                </Table.Td>
                <Table.Td data-label="Stages">{describeStages(run)}</Table.Td>
                <Table.Td data-label="Begun by">
                  {run.trigger_name ?? run.trigger}, {run.author}
                </Table.Td>
                <Table.Td data-label="Begun">
                  <TimeAgo iso={run.created_at} />
                </Table.Td>
              </Table.Tr>
            )
          })}
        </Table.Tbody>
      </Table>
    </ScrollRegion>
  )
}

function describeStages({ stages }: PipelineRun): string {
  const parts = Object.entries(stages).map(([state, count]) => `${count} ${describeState({ state }).word}`)
  return parts.length === 0 ? none : parts.join(', ')
}
