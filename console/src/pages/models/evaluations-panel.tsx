import { Table } from '@mantine/core'
import { useEvaluation } from '../../api/evaluations.ts'
import { type ModelPlace, useLineage } from '../../api/models.ts'
import type { ModelVersionDetail } from '../../api/types.ts'
import { formatPoints, none } from '../../format/number.ts'
import { Panel } from '../../parts/page.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { useHref } from '../../routing/scope.ts'
import { VerdictMark } from '../evaluations/verdict-mark.tsx'

const mostShown = 5

/** The newest evaluations that an engine with this version answered. */
export function EvaluationsPanel(props: {
  readonly place: ModelPlace
  readonly version: ModelVersionDetail
}) {
  const { place, version } = props
  const lineage = useLineage(`model:${version.model}@${version.number}`, place.tenant)
  const nodes = lineage.data?.nodes ?? []
  const runs = nodes.filter(({ kind }) => kind === 'evaluation').slice(0, mostShown)
  if (runs.length === 0) return null
  return (
    <Panel isFlush title="Evaluations that it answered">
      <ScrollRegion className="scroll-x" label="Evaluations">
        <Table className="rows stacking">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Suite</Table.Th>
              <Table.Th>Verdict</Table.Th>
              <Table.Th>Means, of 100</Table.Th>
              <Table.Th>When</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {runs.map(run => (
              <EvaluationRow key={run.id} id={run.id.slice('evaluation:'.length)} suite={run.label} />
            ))}
          </Table.Tbody>
        </Table>
      </ScrollRegion>
    </Panel>
  )
}

function EvaluationRow({ id, suite }: { readonly id: string; readonly suite: string }) {
  const run = useEvaluation(id).data
  const href = useHref()
  const engineReleases = run?.report?.releases ?? []
  return (
    <Table.Tr>
      <Table.Td data-label="Suite">
        <a href={href(`/evaluations/${id}`)}>{suite}</a>
      </Table.Td>
      <Table.Td data-label="Verdict">
        {run === undefined || run.verdict === null ? (
          (run?.state ?? none)
        ) : (
          <VerdictMark verdict={run.verdict} />
        )}
      </Table.Td>
      <Table.Td data-label="Means, of 100">
        {engineReleases.map(({ release, scores }) => (
          <div key={release}>
            {release}{' '}
            <span className="quiet">
              {scores
                .map(
                  ({ evaluator, mean }) => `${evaluator} ${mean === null ? none : formatPoints(mean.mean)}`,
                )
                .join(', ')}
            </span>
          </div>
        ))}
      </Table.Td>
      <Table.Td data-label="When">{run ? <TimeAgo iso={run.created_at} /> : none}</Table.Td>
    </Table.Tr>
  )
}
