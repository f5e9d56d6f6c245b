import { Button } from '@mantine/core'
import { isEnded, useChangePipelineRun, useLivePipelineRun, usePipelineRun } from '../../api/pipelines.ts'
import { useMe } from '../../api/queries.ts'
import type { PipelineRunDetail } from '../../api/types.ts'
import { formatNanoUsd } from '../../format/money.ts'
import { none } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { Fact, Facts } from '../../parts/facts.tsx'
import { LiveMark } from '../../parts/live-mark.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { Prose } from '../../parts/prose.tsx'
import { ToneMark } from '../../parts/status.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { useSearch } from '../../routing/location.ts'
import { useHref } from '../../routing/scope.ts'
import { LineagePanel } from '../models/lineage-view.tsx'
import { RunGraph } from './run-graph.tsx'
import { StageView } from './stage-view.tsx'
import { describeState } from './stage-states.ts'

/** One run: its graph with the state of each stage, and the stage that is chosen. */
export function RunPage({ id }: { readonly id: string }) {
  return (
    <Loaded query={usePipelineRun(id)} height={480}>
      {run => <Run run={run} />}
    </Loaded>
  )
}

function Run({ run }: { readonly run: PipelineRunDetail }) {
  const asked = useSearch().get('stage')
  const live = useLivePipelineRun(run.id, !isEnded(run))
  const href = useHref()
  // what waits for a person, works or has failed is what people come for
  const stage =
    run.stages.find(({ name }) => name === asked) ??
    ['approval', 'failed', 'running'].flatMap(
      state => run.stages.find(one => one.state === state) ?? [],
    )[0] ??
    run.stages[0]
  const { word, tone } = describeState(run)
  const parameters = Object.entries(run.parameters)
  const event = (run.event ?? {}) as Readonly<Record<string, unknown>>
  const facts = Object.entries(event)
  const monitor = typeof event['monitor'] === 'string' ? event['monitor'] : undefined
  return (
    <>
      <PageHead title={run.pipeline} lead={run.reason ?? `Version ${run.version}, run ${run.id}`}>
        <RunButtons run={run} />
      </PageHead>
      <div className="run-panels">
        <Panel title="Run" {...(live !== 'off' && { side: <LiveMark state={live} /> })}>
          <Facts>
            <Fact name="State">
              <ToneMark tone={tone}>{word}</ToneMark>
            </Fact>
            <Fact name="Begun">
              {run.trigger_name === null ? (
                run.trigger
              ) : (
                <>
                  trigger{' '}
                  <a
                    href={href(
                      `/pipelines/${encodeURIComponent(run.pipeline)}?${new URLSearchParams({ tenant: run.tenant })}`,
                    )}
                  >
                    {run.trigger_name}
                  </a>
                </>
              )}{' '}
              by {run.author}, <TimeAgo iso={run.created_at} />
            </Fact>
            {facts.length > 0 && (
              <Fact name="It was told">
                <Prose text={facts.map(([name, value]) => `${name} = ${String(value)}`).join(', ')} />
              </Fact>
            )}
            {monitor !== undefined && (
              <Fact name="Evidence">
                <a href={href(`/monitors/${encodeURIComponent(monitor)}`)}>monitor {monitor}</a>
              </Fact>
            )}
            <Fact name="Cost">
              <Prose text={describeCost(run)} />
            </Fact>
            <Fact name="Parameters">
              {parameters.length === 0
                ? none
                : parameters.map(([name, value]) => `${name} = ${String(value)}`).join(', ')}
            </Fact>
            {run.concurrency_group !== null && <Fact name="Group">{run.concurrency_group}</Fact>}
          </Facts>
        </Panel>
        {stage === undefined ? (
          <Empty icon="batches" title="No stage was begun" />
        ) : (
          <>
            <Panel title="Stages">
              <RunGraph stages={run.stages} chosen={stage.name} />
            </Panel>
            <StageView run={run} stage={stage} />
            {namesVersions(run) && (
              <LineagePanel of={`pipeline:${run.id}`} tenant={run.tenant}>
                Versions that it took or left are gone, or not there for this key.
              </LineagePanel>
            )}
          </>
        )}
      </div>
    </>
  )
}

const namesVersions = ({ stages }: PipelineRunDetail): boolean =>
  stages.some(({ artifacts }) => artifacts.some(({ type }) => type === 'dataset' || type === 'model'))

function describeCost({ cost }: PipelineRunDetail): string {
  const { nano_usd: nanoUsd, unpriced } = cost
  const known = unpriced.length === 0 ? '' : `, and of ${unpriced.join(', ')} it is not known`
  return nanoUsd === 0 && unpriced.length > 0
    ? 'not known: see `pipelines.usdPerHour`'
    : `${formatNanoUsd(nanoUsd)}${known}`
}

function RunButtons({ run }: { readonly run: PipelineRunDetail }) {
  const mayRun = useMe().data?.permissions.includes('pipeline:run') === true
  const change = useChangePipelineRun(run.id)
  if (!mayRun) return null
  if (run.state === 'failed' || run.state === 'cancelled')
    return (
      <Button loading={change.isPending} onClick={() => change.mutate({ verb: 'resume' })}>
        Resume
      </Button>
    )
  if (isEnded(run) || run.state === 'cancelling') return null
  return (
    <Button variant="default" loading={change.isPending} onClick={() => change.mutate({ verb: 'cancel' })}>
      Cancel run
    </Button>
  )
}
