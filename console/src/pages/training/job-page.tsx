import { LineChart } from '@mantine/charts'
import { Button, Table } from '@mantine/core'
import { useState } from 'react'
import { useMe } from '../../api/queries.ts'
import {
  isEnded,
  useMoveTrainingJob,
  useTrainingCheckpoints,
  useTrainingEvents,
  useTrainingJob,
  useTrainingPoints,
} from '../../api/training.ts'
import type { TrainingJob } from '../../api/types.ts'
import { formatDuration } from '../../format/duration.ts'
import { formatCount, none } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { Fact, Facts } from '../../parts/facts.tsx'
import { LiveMark } from '../../parts/live-mark.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Notice } from '../../parts/notice.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { Prose } from '../../parts/prose.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { ToneMark } from '../../parts/status.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { useHref } from '../../routing/scope.ts'
import { modelPath } from '../models/model-href.ts'
import { CancelJobDialog } from './cancel-job-dialog.tsx'
import { describeJob, formatLoss } from './job-state.ts'
import { lossRows } from './loss-points.ts'

/** One job: its curve as it grows, what it learns from, what happened, and what can be gone on from. */
export function JobPage({ id }: { readonly id: string }) {
  return (
    <Loaded query={useTrainingJob(id)} height={480}>
      {job => <Job job={job} />}
    </Loaded>
  )
}

function Job({ job }: { readonly job: TrainingJob }) {
  const isLive = !isEnded(job)
  return (
    <>
      <PageHead title={job.fine_tuned_model ?? job.output_model} lead={job.id}>
        <JobButtons job={job} />
      </PageHead>
      <div className="job-panels">
        {job.error && (
          <Notice tone="bad" title={`It has failed: ${job.error.code}`}>
            <p>
              <Prose text={job.error.message} />
            </p>
          </Notice>
        )}
        <Panel title="Loss" {...(isLive && { side: <LiveMark state="live" /> })}>
          <Curve job={job} isLive={isLive} />
        </Panel>
        <Panel title="Job">
          <JobFacts job={job} />
        </Panel>
        <Panel title="What it was asked">
          <Spec job={job} />
        </Panel>
        <Checkpoints job={job} isLive={isLive} />
        <Events job={job} isLive={isLive} />
      </div>
    </>
  )
}

function JobButtons({ job }: { readonly job: TrainingJob }) {
  const mayRun = useMe().data?.permissions.includes('training:run') === true
  const move = useMoveTrainingJob(job.id)
  const [isCancelling, setIsCancelling] = useState(false)
  if (!mayRun || isEnded(job)) return null
  const mayPause = job.state === 'queued' || job.state === 'running'
  return (
    <>
      {move.error && <Problem error={move.error} />}
      {mayPause && (
        <Button variant="default" loading={move.isPending} onClick={() => move.mutate('pause')}>
          Pause
        </Button>
      )}
      {job.state === 'paused' && (
        <Button loading={move.isPending} onClick={() => move.mutate('resume')}>
          Resume
        </Button>
      )}
      <Button variant="default" onClick={() => setIsCancelling(true)}>
        Cancel job
      </Button>
      {isCancelling && <CancelJobDialog job={job} onClose={() => setIsCancelling(false)} />}
    </>
  )
}

function Curve({ job, isLive }: { readonly job: TrainingJob; readonly isLive: boolean }) {
  const points = useTrainingPoints(job.id, isLive)
  return (
    <Loaded query={points} height={260}>
      {({ data }) =>
        data.length === 0 ? (
          <Empty icon="chart" title="Nothing is measured yet">
            The curve begins with the first step.
          </Empty>
        ) : (
          <>
            <LineChart
              h={260}
              data={lossRows(data)}
              dataKey="step"
              series={[
                { name: 'training', label: 'training', color: 'var(--accent)' },
                ...(data.some(({ kind }) => kind === 'evaluation')
                  ? [{ name: 'validation', label: 'validation', color: 'var(--warn)' }]
                  : []),
              ]}
              curveType="linear"
              strokeWidth={1.75}
              connectNulls
              withDots={data.length < 3}
              withLegend
              legendProps={{ verticalAlign: 'top', height: 32 }}
              tickLine="none"
              gridAxis="x"
              strokeDasharray="0"
              tooltipAnimationDuration={0}
              xAxisProps={{ type: 'number', domain: [0, 'dataMax'], tickCount: 6 }}
              yAxisProps={{ width: 44, domain: [0, 'auto'], tickFormatter: String }}
              valueFormatter={formatLoss}
              lineProps={{ isAnimationActive: false }}
            />
            <p className="quiet">
              Loss by step. Training is measured on what is learned, validation on what is held back.
            </p>
          </>
        )
      }
    </Loaded>
  )
}

function JobFacts({ job }: { readonly job: TrainingJob }) {
  const href = useHref()
  const { word, tone } = describeJob(job)
  const [name, version] = (job.fine_tuned_model ?? '').split('@')
  return (
    <Facts>
      <Fact name="State">
        <ToneMark tone={tone}>{word}</ToneMark>
      </Fact>
      <Fact name="Steps">
        {formatCount(job.step)}
        {job.steps !== null && ` of ${formatCount(job.steps)}`}
      </Fact>
      <Fact name="Training loss">{formatLoss(job.training_loss)}</Fact>
      <Fact name="Validation loss">{formatLoss(job.validation_loss)}</Fact>
      <Fact name="Tokens learned">{formatCount(job.tokens_seen)}</Fact>
      <Fact name="Worked for">{job.worked_ms === 0 ? none : formatDuration(job.worked_ms)}</Fact>
      <Fact name="Model">
        {job.fine_tuned_model === null || name === undefined ? (
          `a version of ${job.output_model}`
        ) : (
          <a href={href(modelPath({ name, tenant: job.tenant }, version))}>{job.fine_tuned_model}</a>
        )}
      </Fact>
      {job.remote_model !== null && <Fact name="At the provider">{job.remote_model}</Fact>}
      <Fact name="Begun">
        {job.author}, <TimeAgo iso={job.created_at} />
      </Fact>
    </Facts>
  )
}

/** What the trainer was given, in words. */
const hyperparameters: Readonly<Record<string, string>> = {
  epochs: 'Epochs',
  steps: 'Steps',
  batch_size: 'Batch size',
  learning_rate: 'Highest rate',
  learning_rate_multiplier: 'Rate, times',
  beta: 'Beta',
  adapter: 'Adapter',
  early_stopping: 'Stops early',
  distillation: 'Distillation',
  options: 'Options',
}

function Spec({ job }: { readonly job: TrainingJob }) {
  const given = Object.entries(job.hyperparameters).filter(
    ([, value]) => value !== null && JSON.stringify(value) !== '{}',
  )
  return (
    <Facts>
      <Fact name="Trainer">{job.trainer}</Fact>
      <Fact name="Begins with">{job.model}</Fact>
      <Fact name="Method">{job.method}</Fact>
      <Fact name="Seed">{job.seed}</Fact>
      <Source name="Learns from" source={job.training} />
      {job.validation && <Source name="Is measured on" source={job.validation} />}
      {given.map(([key, value]) => (
        <Fact key={key} name={hyperparameters[key] ?? key}>
          {typeof value === 'object' ? <code>{JSON.stringify(value)}</code> : JSON.stringify(value)}
        </Fact>
      ))}
    </Facts>
  )
}

function Source({ name, source }: { readonly name: string; readonly source: TrainingJob['training'] }) {
  const href = useHref()
  const examples = source.examples === null ? '' : `, ${formatCount(source.examples)} examples`
  if (source.dataset === null)
    return (
      <Fact name={name}>
        {source.named}
        {examples}
      </Fact>
    )
  return (
    <Fact name={name}>
      <a href={href(`/datasets/${encodeURIComponent(source.dataset)}`)}>
        {source.dataset} version {source.version}
        {source.split !== null && `, ${source.split}`}
      </a>
      {examples}
    </Fact>
  )
}

function Checkpoints({ job, isLive }: { readonly job: TrainingJob; readonly isLive: boolean }) {
  const checkpoints = useTrainingCheckpoints(job.id, isLive)
  return (
    <Loaded query={checkpoints} height={120}>
      {({ data }) => (
        <Panel isFlush title="Checkpoints">
          {data.length === 0 ? (
            <Empty icon="clock" title="No checkpoints yet" />
          ) : (
            <ScrollRegion className="scroll-x" label="Checkpoints">
              <Table className="rows stacking">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Step</Table.Th>
                    <Table.Th>Training loss</Table.Th>
                    <Table.Th>Validation loss</Table.Th>
                    <Table.Th>Begin with</Table.Th>
                    <Table.Th>Written</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {data.map(one => (
                    <Table.Tr key={one.id}>
                      <Table.Td data-label="Step">{formatCount(one.step)}</Table.Td>
                      <Table.Td data-label="Training loss">
                        {formatLoss(one.metrics['train_loss'] ?? null)}
                      </Table.Td>
                      <Table.Td data-label="Validation loss">
                        {formatLoss(one.metrics['full_valid_loss'] ?? null)}
                      </Table.Td>
                      <Table.Td data-label="Begin with" className="named">
                        <code>{one.model}</code>
                      </Table.Td>
                      <Table.Td data-label="Written">
                        <TimeAgo iso={one.at} />
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </ScrollRegion>
          )}
        </Panel>
      )}
    </Loaded>
  )
}

function Events({ job, isLive }: { readonly job: TrainingJob; readonly isLive: boolean }) {
  const events = useTrainingEvents(job.id, isLive)
  return (
    <Loaded query={events} height={200}>
      {({ data }) => (
        <Panel isFlush title="Events, newest first">
          <ScrollRegion className="job-events" label="Events">
            <ol>
              {data.map(event => (
                <li key={event.id} data-level={event.level}>
                  <span>{event.message}</span>
                  <TimeAgo iso={event.at} />
                </li>
              ))}
            </ol>
          </ScrollRegion>
        </Panel>
      )}
    </Loaded>
  )
}
