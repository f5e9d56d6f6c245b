import { useEvaluationParity } from '../../api/evaluations.ts'
import type { EvaluationRunDetail } from '../../api/types.ts'
import { formatPoints } from '../../format/number.ts'
import { Loaded } from '../../parts/loaded.tsx'
import { Panel } from '../../parts/page.tsx'
import { ForestPlot } from '../../parts/forest-plot.tsx'
import { VerdictMark } from './verdict-mark.tsx'
import { verdictTones } from './verdicts.ts'

/** Whether answers depend on what should not matter, release by release. */
export function ParityView({ run }: { readonly run: EvaluationRunDetail }) {
  return run.releases.map(({ name }) => <ReleaseParity key={name} id={run.id} release={name} />)
}

function ReleaseParity({ id, release }: { readonly id: string; readonly release: string }) {
  return (
    <Loaded query={useEvaluationParity(id, release)} height={240}>
      {({ data, margin }) =>
        data.map(one => (
          <Panel
            key={one.attribute}
            title={`${release}: ${one.attribute}`}
            side={<VerdictMark verdict={one.verdict} />}
          >
            <p>{one.says}</p>
            <ForestPlot
              label={`Differences between groups by ${one.attribute}, in points of a hundred`}
              margin={margin}
              rows={one.gaps
                .toSorted((left, right) => Math.abs(right.difference) - Math.abs(left.difference))
                .slice(0, 12)
                .map(({ evaluator, first, second, difference, low, high }) => ({
                  key: `${evaluator} ${first} ${second}`,
                  name: `${evaluator}: ${second} − ${first}`,
                  estimate: difference,
                  low,
                  high,
                  tone:
                    verdictTones[
                      low > margin || high < -margin
                        ? 'outside'
                        : low >= -margin && high <= margin
                          ? 'within'
                          : 'not enough'
                    ] ?? 'idle',
                  says: '',
                }))}
            />
            <p className="quiet">
              {formatPoints(one.changed_answers)} % of the examples are answered in other words for another
              group
              {one.changed_labels !== null && `, ${formatPoints(one.changed_labels)} % with another label`}.
              {one.repeats && ` ${one.repeats.says}`}
            </p>
          </Panel>
        ))
      }
    </Loaded>
  )
}
