import { Button, Table } from '@mantine/core'
import { useState } from 'react'
import { useMe } from '../../api/queries.ts'
import { isEnded, useTrainingJobs } from '../../api/training.ts'
import type { ListedTrainingJob } from '../../api/types.ts'
import { formatCount, none } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { Icon } from '../../parts/icon.tsx'
import { LiveMark } from '../../parts/live-mark.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { ShowMore } from '../../parts/show-more.tsx'
import { Sparkline } from '../../parts/sparkline.tsx'
import { ToneMark } from '../../parts/status.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { useHref, useScope } from '../../routing/scope.ts'
import { JobPage } from './job-page.tsx'
import { describeJob, formatLoss } from './job-state.ts'
import { StartDialog } from './start-dialog.tsx'
import './training.css'

/** Training jobs, or one of them. */
export function TrainingPage({ id }: { readonly id: string | undefined }) {
  return id === undefined ? <JobList /> : <JobPage id={id} />
}

function JobList() {
  const { tenant } = useScope()
  const jobs = useTrainingJobs(tenant)
  const mayRun = useMe().data?.permissions.includes('training:run') === true
  const [isStarting, setIsStarting] = useState(false)
  return (
    <>
      <PageHead title="Training" lead="Jobs that train models: what each learns from, and how far it is.">
        {mayRun && (
          <Button leftSection={<Icon name="plus" size={14} />} onClick={() => setIsStarting(true)}>
            Train a model
          </Button>
        )}
      </PageHead>
      {isStarting && <StartDialog tenant={tenant} onClose={() => setIsStarting(false)} />}
      <Loaded query={jobs} height={320}>
        {({ pages }) => {
          const known = pages.flatMap(page => page.data)
          return (
            <Panel
              isFlush
              title="Jobs, newest first"
              {...(known.some(job => !isEnded(job)) && { side: <LiveMark state="live" /> })}
            >
              {known.length === 0 ? (
                <Empty
                  icon="train"
                  title="No jobs yet"
                  command="npm run slipway -- train create builtin/support examples.jsonl"
                >
                  A job begins with a model, learns from a dataset, and leaves a version in the registry.
                </Empty>
              ) : (
                <JobTable jobs={known} />
              )}
              <ShowMore query={jobs} />
            </Panel>
          )
        }}
      </Loaded>
    </>
  )
}

function JobTable({ jobs }: { readonly jobs: readonly ListedTrainingJob[] }) {
  const href = useHref()
  return (
    <ScrollRegion className="scroll-x" label="Jobs">
      <Table className="rows stacking" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Job</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Training loss</Table.Th>
            <Table.Th>Learns from</Table.Th>
            <Table.Th>Steps</Table.Th>
            <Table.Th>Begun</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {jobs.map(job => {
            const { word, tone } = describeJob(job)
            return (
              <Table.Tr key={job.id}>
                <Table.Td data-label="Job">
                  <a href={href(`/training/${job.id}`)}>{job.fine_tuned_model ?? job.output_model}</a>
                  <div className="quiet">
                    {job.tenant} · {job.method} from {job.model}
                  </div>
                </Table.Td>
                <Table.Td data-label="State">
                  <ToneMark tone={tone}>{word}</ToneMark>
                </Table.Td>
                <Table.Td data-label="Training loss">
                  {job.training_loss === null ? (
                    none
                  ) : (
                    <span className="loss-cell">
                      <Sparkline values={job.curve} />
                      <span>{formatLoss(job.training_loss)}</span>
                    </span>
                  )}
                </Table.Td>
                <Table.Td data-label="Learns from" className="named">
                  {job.training.named}
                </Table.Td>
                <Table.Td data-label="Steps">
                  {formatCount(job.step)}
                  {job.steps !== null && ` of ${formatCount(job.steps)}`}
                </Table.Td>
                <Table.Td data-label="Begun">
                  <TimeAgo iso={job.created_at} />
                  <div className="quiet">{job.author}</div>
                </Table.Td>
              </Table.Tr>
            )
          })}
        </Table.Tbody>
      </Table>
    </ScrollRegion>
  )
}
