import type { EvaluationComparison, EvaluationReport } from '../../api/types.ts'
import { formatCount, formatPoints } from '../../format/number.ts'
import { Panel } from '../../parts/page.tsx'
import { withSearch } from '../../routing/location.ts'
import { ForestPlot, type ForestRow } from '../../parts/forest-plot.tsx'
import { toneOfVerdict, verdictWord } from './verdicts.ts'

/** Each release against the baseline, on the same examples; slices below each. */
export function ComparisonPanel({ report }: { readonly report: EvaluationReport }) {
  return (
    <>
      {report.comparisons.map(comparison => (
        <Panel
          key={`${comparison.release} ${comparison.evaluator}`}
          title={`${comparison.evaluator}: ${comparison.release} against ${comparison.baseline}`}
        >
          <Comparison comparison={comparison} margin={report.margin} />
        </Panel>
      ))}
    </>
  )
}

function Comparison(props: { readonly comparison: EvaluationComparison; readonly margin: number }) {
  const { comparison, margin } = props
  const rows = [
    rowOf('all examples', comparison),
    ...comparison.slices.map(slice => rowOf(`${slice.column} ${slice.value}`, slice)),
  ].filter(row => row !== undefined)
  const { improved, worsened, same, examples_to_decide: needed } = comparison
  const list = (outcome: string) =>
    withSearch(window.location, {
      view: 'examples',
      outcome,
      release: comparison.release,
      evaluator: comparison.evaluator,
    })
  return (
    <>
      {rows.length === 0 ? (
        <p className="quiet">No example has a score of both, or a judge’s opinion is not corrected yet.</p>
      ) : (
        <ForestPlot
          label={`Differences to the baseline, in points of a hundred; within ${formatPoints(margin)} nothing is said to differ`}
          rows={rows}
          margin={margin}
        />
      )}
      <p className="quiet comparison-counts">
        <a href={list('improvements')}>{formatCount(improved)} better</a>,{' '}
        <a href={list('regressions')}>{formatCount(worsened)} worse</a>, {formatCount(same)} as before
        {needed !== null && `; about ${formatCount(needed)} examples would decide it`}
      </p>
    </>
  )
}

function rowOf(
  name: string,
  { verdict, difference }: Pick<EvaluationComparison, 'verdict' | 'difference'>,
): ForestRow | undefined {
  if (!difference) return undefined
  const { mean, low, high } = difference
  return {
    key: name,
    name,
    estimate: mean,
    low,
    high,
    tone: toneOfVerdict(verdict),
    says: verdictWord(verdict),
  }
}
