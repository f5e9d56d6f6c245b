import { Table } from '@mantine/core'
import type { EvaluationRunDetail } from '../../api/types.ts'
import { Fact, Facts } from '../../parts/facts.tsx'
import { Panel } from '../../parts/page.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'

/** All that the scores of a run rest on, each by its version or hash. */
export function RestsOn({ run }: { readonly run: EvaluationRunDetail }) {
  return (
    <Panel title="What the scores rest on">
      <Facts>
        <Fact name="Suite">
          {run.suite}, version {run.suite_version} <Hash text={run.suite_hash} />
        </Fact>
        <Fact name="Dataset">
          {run.dataset.name}@{run.dataset.version_number} <Hash text={run.dataset.version_id} />
        </Fact>
        <Fact name="Examples">
          {run.sample === null ? 'all' : `a sample of ${run.sample}`}, seed {run.seed}
        </Fact>
        <Fact name="Run">
          by {run.author}, <TimeAgo iso={run.created_at} /> <Hash text={run.id} />
        </Fact>
      </Facts>
      <ScrollRegion className="scroll-x" label="Releases and evaluators">
        <Table className="rows stacking">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>What</Table.Th>
              <Table.Th>Name</Table.Th>
              <Table.Th>Is</Table.Th>
              <Table.Th>Hash</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {run.releases.map(({ name, targets, hash }) => (
              <Table.Tr key={name}>
                <Table.Td data-label="What">release</Table.Td>
                <Table.Td data-label="Name">{name}</Table.Td>
                <Table.Td data-label="Is">{targets.join(', ')}</Table.Td>
                <Table.Td data-label="Hash">
                  <Hash text={hash} />
                </Table.Td>
              </Table.Tr>
            ))}
            {run.evaluators.map(
              ({ name, use, version, parameters_hash: hash, threshold, is_judge: isJudge }) => (
                <Table.Tr key={name}>
                  <Table.Td data-label="What">{isJudge ? 'judge' : 'evaluator'}</Table.Td>
                  <Table.Td data-label="Name">{name}</Table.Td>
                  <Table.Td data-label="Is">
                    {use} version {version}, passes from {threshold}
                  </Table.Td>
                  <Table.Td data-label="Hash">
                    <Hash text={hash} />
                  </Table.Td>
                </Table.Tr>
              ),
            )}
          </Table.Tbody>
        </Table>
      </ScrollRegion>
    </Panel>
  )
}

function Hash({ text }: { readonly text: string }) {
  return <code title={text}>{text.slice(0, 12)}</code>
}
