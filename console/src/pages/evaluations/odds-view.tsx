import { useEvaluationOdds } from '../../api/evaluations.ts'
import type { EvaluationOdds, EvaluationRunDetail } from '../../api/types.ts'
import { ForestPlot } from '../../parts/forest-plot.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Panel } from '../../parts/page.tsx'
import { toneOfVerdict } from './verdicts.ts'
import { VerdictMark } from './verdict-mark.tsx'

const shown = 12

const rateWords = {
  truePositives: 'of what has it',
  falsePositives: 'of what has not',
  selected: 'of all',
}

/** Whether labels are as often right, and as often wrong, in each slice; release by release. */
export function OddsView({ run }: { readonly run: EvaluationRunDetail }) {
  return run.releases.map(({ name }) => <ReleaseOdds key={name} id={run.id} release={name} />)
}

function ReleaseOdds({ id, release }: { readonly id: string; readonly release: string }) {
  return (
    <Loaded query={useEvaluationOdds(id, release)} height={240}>
      {({ data, margin }) =>
        data.map(one => (
          <SliceOdds key={`${one.evaluator} ${one.column}`} release={release} odds={one} margin={margin} />
        ))
      }
    </Loaded>
  )
}

function SliceOdds(props: {
  readonly release: string
  readonly odds: EvaluationOdds['data'][number]
  readonly margin: number
}) {
  const { release, odds, margin } = props
  const gaps = odds.measures
    .filter(({ measure }) => measure !== 'equalOpportunity')
    .flatMap(one => one.gaps)
    .toSorted((left, right) => Math.abs(right.difference) - Math.abs(left.difference))
  return (
    <Panel title={`${release}: ${odds.evaluator} by ${odds.column}`}>
      <ul>
        {odds.measures.map(({ measure, verdict, says }) => (
          <li key={measure}>
            <VerdictMark verdict={verdict} /> {says}
          </li>
        ))}
      </ul>
      {gaps.length > 0 && (
        <ForestPlot
          label={`Differences between slices of ${odds.column}, in points of a hundred`}
          margin={margin}
          rows={gaps.slice(0, shown).map(({ label, rate, first, second, difference, low, high }) => ({
            key: `${label} ${rate} ${first} ${second}`,
            name: `${label} ${rateWords[rate]}: ${second} − ${first}`,
            estimate: difference,
            low,
            high,
            tone: toneOfVerdict(
              low > margin || high < -margin
                ? 'outside'
                : low >= -margin && high <= margin
                  ? 'within'
                  : 'not enough',
            ),
            says: '',
          }))}
        />
      )}
    </Panel>
  )
}
