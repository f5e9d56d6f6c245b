import { Table } from '@mantine/core'
import { isEnded, useEvaluations } from '../../api/evaluations.ts'
import type { EvaluationRun } from '../../api/types.ts'
import { formatNanoUsd } from '../../format/money.ts'
import { Empty } from '../../parts/empty.tsx'
import { LiveMark } from '../../parts/live-mark.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { Status } from '../../parts/status.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { ShowMore } from '../../parts/show-more.tsx'
import { useHref, useScope } from '../../routing/scope.ts'
import { EvaluationPage } from './evaluation-page.tsx'
import { RunProgress } from './run-progress.tsx'
import { VerdictMark } from './verdict-mark.tsx'

/** Runs of suites, or one of them. */
export function EvaluationsPage({ id }: { readonly id: string | undefined }) {
  return id === undefined ? <EvaluationList /> : <EvaluationPage id={id} />
}

function EvaluationList() {
  const runs = useEvaluations(useScope().tenant)
  return (
    <>
      <PageHead
        title="Evaluations"
        lead="Releases held against versions of data: what they answered, how good that is, and how sure."
      />
      <Loaded query={runs} height={320}>
        {({ pages }) => {
          const known = pages.flatMap(page => page.data)
          return (
            <Panel
              isFlush
              title="Newest first"
              {...(known.some(run => !isEnded(run)) && { side: <LiveMark state="live" /> })}
            >
              {known.length === 0 ? (
                <Empty
                  icon="check"
                  title="No evaluations yet"
                  command="npm run slipway -- eval run suite.yaml"
                >
                  A suite names a dataset, releases, evaluators and what has to hold.
                </Empty>
              ) : (
                <RunTable runs={known} />
              )}
              <ShowMore query={runs} />
            </Panel>
          )
        }}
      </Loaded>
    </>
  )
}

function RunTable({ runs }: { readonly runs: readonly EvaluationRun[] }) {
  const href = useHref()
  return (
    <ScrollRegion className="scroll-x" label="Evaluations">
      <Table className="rows stacking" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Suite</Table.Th>
            <Table.Th>Verdict</Table.Th>
            <Table.Th>Releases</Table.Th>
            <Table.Th>Dataset</Table.Th>
            <Table.Th>Answers</Table.Th>
            <Table.Th ta="right">Cost</Table.Th>
            <Table.Th>Begun</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.map(run => (
            <Table.Tr key={run.id}>
              <Table.Td data-label="Suite">
                <a href={href(`/evaluations/${run.id}`)}>{run.suite}</a>
                <div className="quiet">
                  {run.tenant} · version {run.suite_version}
                </div>
              </Table.Td>
              <Table.Td data-label="Verdict">
                {run.verdict === null ? (
                  <Status state={run.state} reason={run.reason_text} />
                ) : (
                  <VerdictMark verdict={run.verdict} />
                )}
              </Table.Td>
              <Table.Td data-label="Releases">{run.releases.map(({ name }) => name).join(', ')}</Table.Td>
              <Table.Td data-label="Dataset">
                <a
                  href={`/datasets/${encodeURIComponent(run.dataset.name)}?tenant=${encodeURIComponent(run.tenant)}&at=${run.dataset.version_number}`}
                >
                  {run.dataset.name}@{run.dataset.version_number}
                </a>
              </Table.Td>
              <Table.Td data-label="Answers">
                <RunProgress run={run} />
              </Table.Td>
              <Table.Td data-label="Cost" ta="right">
                {formatNanoUsd(run.cost_nano_usd)}
              </Table.Td>
              <Table.Td data-label="Begun">
                <TimeAgo iso={run.created_at} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollRegion>
  )
}
