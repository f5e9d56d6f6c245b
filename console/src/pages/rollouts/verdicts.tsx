import { type RolloutDetail, useVerdicts } from '../../api/rollouts.ts'
import { formatPoints } from '../../format/number.ts'
import { ForestPlot } from '../../parts/forest-plot.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Panel } from '../../parts/page.tsx'
import { Prose } from '../../parts/prose.tsx'
import { ShowMore } from '../../parts/show-more.tsx'
import type { Tone } from '../../parts/status.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { type Found, IntervalChart } from './interval-chart.tsx'

type Verdict = NonNullable<RolloutDetail['last_verdict']>
type Metric = Verdict['candidates'][number]['metrics'][number]
type Other = Verdict['candidates'][number]['others'][number]

const tones: Readonly<Record<Metric['state'], Tone>> = { harmful: 'bad', safe: 'good', unsure: 'idle' }

/** A verdict in words, and of each metric the interval against its margin. */
export function VerdictNumbers({ verdict }: { readonly verdict: Verdict }) {
  return (
    <>
      <p>
        <b>{verdict.decision}</b> in step {verdict.step + 1}, <TimeAgo iso={verdict.at} />, on{' '}
        {verdict.rests_on.requests} requests. <Prose text={verdict.reasons.join(' ')} />
      </p>
      {verdict.candidates.map(({ release, metrics, others }) => (
        <div key={release}>
          <h3>{release}: points of a hundred by which it is worse</h3>
          {metrics.map(metric => (
            <MetricInterval key={metric.name} metric={metric} />
          ))}
          {others.length > 0 && <BesideOthers release={release} others={others} />}
        </div>
      ))}
    </>
  )
}

const otherTones: Readonly<Record<Other['state'], Tone>> = { worse: 'bad', better: 'good', unsure: 'idle' }

/** By how much a candidate is worse than each other that is left, by the first goal. */
function BesideOthers({ release, others }: { readonly release: string; readonly others: readonly Other[] }) {
  const rows = others.flatMap(({ release: other, estimate, low, high, values, state }) => {
    const says = `${values.candidate} and ${values.other} values; ${state}`
    if (estimate === null) return []
    return [{ key: other, name: `beside ${other}`, estimate, low, high, tone: otherTones[state], says }]
  })
  return rows.length === 0 ? null : (
    <ForestPlot label={`${release} beside the other candidates`} rows={rows} />
  )
}

function MetricInterval({ metric }: { readonly metric: Metric }) {
  const { name, estimate, low, high, margin, values, state, role } = metric
  const bound =
    role === 'goal' ? `has to be below ${formatPoints(-margin)}` : `may be ${formatPoints(margin)}`
  const says = `${bound}; ${values.baseline} and ${values.candidate} values; ${state}`
  if (estimate === null)
    return (
      <p className="quiet">
        {name}: nothing is known yet; {says}
      </p>
    )
  return (
    <ForestPlot
      label={`${name} against its margin`}
      margin={margin}
      rows={[{ key: name, name, estimate, low, high, tone: tones[state], says }]}
    />
  )
}

/** All verdicts that are known, the newest first, and how the interval of each metric went through them. */
export function VerdictHistory({ id, last }: { readonly id: string; readonly last: string | undefined }) {
  const verdicts = useVerdicts(id, last)
  return (
    <Loaded query={verdicts} height={120}>
      {({ pages }) => {
        const known = pages.flatMap(page => page.data)
        return (
          <>
            {known.length > 1 && (
              <Panel title="From verdict to verdict">
                {metricsOf(known).map(({ name, found }) => (
                  <IntervalChart key={name} name={name} found={found} />
                ))}
              </Panel>
            )}
            <Panel title="Verdicts">
              {known.length === 0 && <p className="quiet">Nothing was judged yet.</p>}
              {known.map(verdict => (
                <details key={verdict.id}>
                  <summary>
                    Step {verdict.step + 1}: {verdict.decision}, <TimeAgo iso={verdict.at} />
                  </summary>
                  <VerdictNumbers verdict={verdict} />
                </details>
              ))}
              <ShowMore query={verdicts} label="Earlier verdicts" />
            </Panel>
          </>
        )
      }}
    </Loaded>
  )
}

/** Each metric of each candidate through the verdicts, in the order of time. */
function metricsOf(verdicts: readonly Verdict[]): { readonly name: string; readonly found: Found[] }[] {
  const metrics = new Map<string, Found[]>()
  const isOne = verdicts.every(({ candidates }) => candidates.length === 1)
  for (const { at, step, candidates } of verdicts.toReversed())
    for (const { release, metrics: findings } of candidates)
      for (const { name, ...found } of findings) {
        const shown = isOne ? name : `${release}: ${name}`
        metrics.set(shown, [...(metrics.get(shown) ?? []), { at, step, ...found }])
      }
  return [...metrics].map(([name, found]) => ({ name, found }))
}
