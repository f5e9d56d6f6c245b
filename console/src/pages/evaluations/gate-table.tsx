import { Table } from '@mantine/core'
import type { EvaluationGate } from '../../api/types.ts'
import { Panel } from '../../parts/page.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { VerdictMark } from './verdict-mark.tsx'

const words: Readonly<Record<EvaluationGate['measure'], string>> = {
  mean: 'mean of at least',
  passRate: 'share that passes of at least',
  noRegression: 'no worse than the baseline by more than',
  parity: 'groups no further apart than',
  equalisedOdds: 'odds of slices no further apart than',
  equalOpportunity: 'opportunity of slices no further apart than',
  demographicParity: 'shares of labels in slices no further apart than',
  costPerExampleUsd: 'dollars for an example, at most',
  latencyP95Ms: 'milliseconds for 95 of 100, at most',
}

/** What had to hold, and whether it does. */
export function GateTable({ gates }: { readonly gates: readonly EvaluationGate[] }) {
  if (gates.length === 0) return null
  return (
    <Panel isFlush title="What has to hold">
      <ScrollRegion className="scroll-x" label="Gates">
        <Table className="rows stacking">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Release</Table.Th>
              <Table.Th>What</Table.Th>
              <Table.Th>Outcome</Table.Th>
              <Table.Th>Why</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {gates.map(gate => (
              <Table.Tr
                key={`${gate.release} ${gate.measure} ${gate.evaluator} ${gate.slice?.column} ${gate.slice?.value}`}
              >
                <Table.Td data-label="Release">{gate.release}</Table.Td>
                <Table.Td data-label="What">
                  {gate.evaluator !== null && <b>{gate.evaluator}</b>} {words[gate.measure]} {gate.bound}
                  {gate.slice && (
                    <div className="quiet">
                      {gate.slice.column} {gate.slice.value}
                    </div>
                  )}
                </Table.Td>
                <Table.Td data-label="Outcome">
                  <VerdictMark verdict={gate.outcome} />
                </Table.Td>
                <Table.Td data-label="Why">{gate.why}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollRegion>
    </Panel>
  )
}
