import { Table, Tabs } from '@mantine/core'
import { usePipelineLogs, usePipelineMetrics } from '../../api/pipelines.ts'
import type { PipelineRunDetail, PipelineStage } from '../../api/types.ts'
import { formatBytes, none } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { Fact, Facts } from '../../parts/facts.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Panel } from '../../parts/page.tsx'
import { Prose } from '../../parts/prose.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { Sparkline } from '../../parts/sparkline.tsx'
import { ToneMark } from '../../parts/status.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { changeSearch, useSearch } from '../../routing/location.ts'
import { referenceOf } from './artifact-reference.ts'
import { useHref } from '../../routing/scope.ts'
import { DecideForm } from './decide-form.tsx'
import { tookOf } from './run-graph.tsx'
import { describeState } from './stage-states.ts'

const views = ['about', 'log', 'artifacts', 'metrics'] as const

/** One stage: why it was run or not, what it printed, left and measured. */
export function StageView({
  run,
  stage,
}: {
  readonly run: PipelineRunDetail
  readonly stage: PipelineStage
}) {
  const asked = useSearch().get('view')
  const view = views.find(one => one === asked) ?? 'about'
  const { word, tone } = describeState(stage)
  return (
    <Panel title={stage.name} side={<ToneMark tone={tone}>{word}</ToneMark>}>
      {stage.state === 'approval' && <DecideForm run={run} stage={stage} />}
      {stage.error && stage.state !== 'succeeded' && (
        <p className="stage-error">
          <Prose text={stage.error.message} />
        </p>
      )}
      <Tabs value={view} onChange={next => changeSearch({ view: next ?? undefined })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="about">About</Tabs.Tab>
          <Tabs.Tab value="log">Log</Tabs.Tab>
          <Tabs.Tab value="artifacts">Artifacts ({stage.artifacts.length})</Tabs.Tab>
          <Tabs.Tab value="metrics">Metrics</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="about">
          <About stage={stage} />
        </Tabs.Panel>
        <Tabs.Panel value="log">
          <Log run={run} stage={stage} />
        </Tabs.Panel>
        <Tabs.Panel value="artifacts">
          <Artifacts run={run} stage={stage} />
        </Tabs.Panel>
        <Tabs.Panel value="metrics">
          <Metrics run={run} stage={stage} />
        </Tabs.Panel>
      </Tabs>
    </Panel>
  )
}

function About({ stage }: { readonly stage: PipelineStage }) {
  const parts = Object.entries(stage.cache_parts ?? {})
  return (
    <>
      <Facts>
        <Fact name="Kind">{stage.kind}</Fact>
        <Fact name="Why">{stage.cache_why ?? none}</Fact>
        {stage.source_run !== null && (
          <Fact name="Taken from">
            <a href={`/pipelines/${stage.source_run}`}>{stage.source_run}</a>
          </Fact>
        )}
        <Fact name="Now">{stage.step === '' ? none : stage.step}</Fact>
        <Fact name="Took">{tookOf(stage) ?? none}</Fact>
        {stage.decision && (
          <Fact name="Decided">
            {stage.decision.outcome} by {stage.decision.by}: {stage.decision.reason}
          </Fact>
        )}
      </Facts>
      {stage.attempts.length > 0 && (
        <ScrollRegion className="scroll-x" label="Attempts">
          <Table className="rows" mt="md">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Attempt</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th>Begun</Table.Th>
                <Table.Th>Why</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {stage.attempts.map(attempt => (
                <Table.Tr key={attempt.number}>
                  <Table.Td>{attempt.number}</Table.Td>
                  <Table.Td>{attempt.state}</Table.Td>
                  <Table.Td>
                    <TimeAgo iso={attempt.started_at} />
                  </Table.Td>
                  <Table.Td>{attempt.error?.message ?? none}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollRegion>
      )}
      {parts.length > 0 && (
        <ScrollRegion className="scroll-x" label="Cache key">
          <Table className="rows" mt="md">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Part of the cache key</Table.Th>
                <Table.Th>Value</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {parts.map(([name, part]) => (
                <Table.Tr key={name}>
                  <Table.Td>{name}</Table.Td>
                  <Table.Td className="stage-value">
                    <code>{part.shown}</code>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollRegion>
      )}
    </>
  )
}

interface StageOfRun {
  readonly run: PipelineRunDetail
  readonly stage: PipelineStage
}

const isLive = (stage: PipelineStage): boolean => stage.state === 'running' || stage.state === 'waiting'

function Log({ run, stage }: StageOfRun) {
  return (
    <Loaded query={usePipelineLogs(run.id, stage.name, isLive(stage))} height={160}>
      {({ data, next_after: next }) =>
        data.length === 0 ? (
          <Empty icon="code" title="Nothing was printed" />
        ) : (
          <>
            <ScrollRegion className="stage-log" label={`Log of ${stage.name}`}>
              {data.map(line => (
                <div key={line.sequence} data-stream={line.stream}>
                  {line.text === '' ? '\u00A0' : line.text}
                </div>
              ))}
            </ScrollRegion>
            {next !== null && (
              <p className="quiet">
                The first {data.length} lines; all with <code>slipway pipeline logs {run.id}</code>.
              </p>
            )}
          </>
        )
      }
    </Loaded>
  )
}

function Artifacts({ run, stage }: StageOfRun) {
  if (stage.artifacts.length === 0)
    return <Empty icon="batches" title={isLive(stage) ? 'Nothing left yet' : 'It has left nothing'} />
  return (
    <ScrollRegion className="scroll-x" label="Artifacts">
      <Table className="rows stacking">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Type</Table.Th>
            <Table.Th ta="right">Size</Table.Th>
            <Table.Th>Digest</Table.Th>
            <Table.Th>Value</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {stage.artifacts.map(artifact => (
            <Table.Tr key={artifact.name}>
              <Table.Td data-label="Name">
                <a
                  href={`/api/pipeline-runs/${run.id}/artifacts/${encodeURIComponent(stage.name)}/${artifact.name}`}
                  download
                >
                  {artifact.name}
                </a>
              </Table.Td>
              <Table.Td data-label="Type">{artifact.type}</Table.Td>
              <Table.Td data-label="Size" ta="right">
                {formatBytes(artifact.size_bytes)}
              </Table.Td>
              <Table.Td data-label="Digest">
                <code>{artifact.digest.slice(0, 12)}</code>
              </Table.Td>
              <Table.Td data-label="Value" className="stage-value">
                <ArtifactValue run={run} artifact={artifact} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollRegion>
  )
}

function ArtifactValue({
  run,
  artifact,
}: {
  readonly run: PipelineRunDetail
  readonly artifact: PipelineStage['artifacts'][number]
}) {
  const href = useHref()
  const reference = referenceOf(run.tenant, artifact)
  if (artifact.value === null) return none
  return (
    <>
      {reference && (
        <div>
          <a href={href(reference.path)}>{reference.title}</a>
        </div>
      )}
      <code>{JSON.stringify(artifact.value)}</code>
    </>
  )
}

function Metrics({ run, stage }: StageOfRun) {
  return (
    <Loaded query={usePipelineMetrics(run.id, isLive(stage))} height={120}>
      {({ data }) => {
        const series = data.filter(one => one.stage === stage.name)
        if (series.length === 0)
          return (
            <Empty icon="chart" title="Nothing was measured">
              A command writes numbers into <code>metrics.jsonl</code>, a line for each step.
            </Empty>
          )
        return (
          <ul className="stage-metrics">
            {series.map(({ name, points }) => {
              const last = points.at(-1)
              return (
                <li key={name}>
                  <span className="stage-name">{name}</span>
                  <Sparkline values={points.map(({ value }) => value)} />
                  <span className="quiet">
                    {last ? `${Number(last.value.toPrecision(4))} at step ${last.step}` : none}
                  </span>
                </li>
              )
            })}
          </ul>
        )
      }}
    </Loaded>
  )
}
