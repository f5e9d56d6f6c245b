import { Table } from '@mantine/core'
import type { EvaluationReport, EvaluationRun, EvaluationScores } from '../../api/types.ts'
import { formatNanoUsd } from '../../format/money.ts'
import { formatCount, formatPoints, none } from '../../format/number.ts'
import { Histogram } from '../../parts/histogram.tsx'
import { Panel } from '../../parts/page.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'

interface Props {
  readonly report: EvaluationReport
  readonly evaluators: EvaluationRun['evaluators']
}

/** What each evaluator found of each release, and what the answers cost. */
export function ScoresPanel({ report, evaluators }: Props) {
  return (
    <Panel isFlush title="Scores">
      <ScrollRegion className="scroll-x" label="Scores">
        <Table className="rows stacking">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Evaluator</Table.Th>
              <Table.Th>Release</Table.Th>
              <Table.Th ta="right">Mean</Table.Th>
              <Table.Th ta="right">Passes</Table.Th>
              <Table.Th ta="right">Scored</Table.Th>
              <Table.Th>From 0 to 1</Table.Th>
              <Table.Th ta="right">95 of 100 within</Table.Th>
              <Table.Th ta="right">An answer costs</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {evaluators.flatMap(({ name, use, version }) =>
              report.releases.map(release => {
                const scores = release.scores.find(({ evaluator }) => evaluator === name)
                return (
                  <Table.Tr key={`${name} ${release.release}`}>
                    <Table.Td data-label="Evaluator">
                      <b>{name}</b>
                      <div className="quiet">
                        {use}, version {version}
                      </div>
                    </Table.Td>
                    <Table.Td data-label="Release">
                      {release.release}
                      {release.is_baseline && <span className="tag">baseline</span>}
                    </Table.Td>
                    <Table.Td data-label="Mean" ta="right">
                      <Figure scores={scores} of="mean" />
                    </Table.Td>
                    <Table.Td data-label="Passes" ta="right">
                      <Figure scores={scores} of="pass_rate" />
                    </Table.Td>
                    <Table.Td data-label="Scored" ta="right">
                      {scores ? formatCount(scores.n) : none}
                      {scores && scores.failed > 0 && (
                        <div className="quiet">{formatCount(scores.failed)} could not be told</div>
                      )}
                    </Table.Td>
                    <Table.Td data-label="0 to 1" className="score-bins">
                      {scores && (
                        <Histogram
                          label={`Scores of ${release.release} by ${name}`}
                          height={28}
                          bins={scores.histogram.map((count, index) => ({
                            label: `${index / 10} to ${(index + 1) / 10}`,
                            count,
                          }))}
                        />
                      )}
                    </Table.Td>
                    <Table.Td data-label="p95" ta="right">
                      {release.latency_ms ? `${Math.round(release.latency_ms.p95)} ms` : none}
                    </Table.Td>
                    <Table.Td data-label="Cost" ta="right">
                      {release.cost_per_answer_nano_usd === null
                        ? none
                        : formatNanoUsd(release.cost_per_answer_nano_usd)}
                    </Table.Td>
                  </Table.Tr>
                )
              }),
            )}
          </Table.Tbody>
        </Table>
      </ScrollRegion>
    </Panel>
  )
}

/** A mean with its interval; of a judge that people have not corrected, what to do instead of a number. */
function Figure(props: { readonly scores: EvaluationScores | undefined; readonly of: 'mean' | 'pass_rate' }) {
  const { scores, of } = props
  const estimate = scores?.[of]
  if (estimate)
    return (
      <>
        {formatPoints(estimate.mean)}
        <div className="quiet">
          {formatPoints(estimate.low)} to {formatPoints(estimate.high)}
        </div>
      </>
    )
  if (scores?.calibration?.state !== 'uncalibrated') return <span className="quiet">{none}</span>
  return of === 'mean' ? (
    <span className="reason">{scores.calibration.next ?? 'not corrected by people yet'}</span>
  ) : (
    <span className="quiet">{none}</span>
  )
}
