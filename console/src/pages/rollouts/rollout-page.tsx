import { useLiveRollout, useRollout, type RolloutDetail } from '../../api/rollouts.ts'
import { LiveMark } from '../../parts/live-mark.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { Prose } from '../../parts/prose.tsx'
import { ToneMark } from '../../parts/status.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { rolloutTones } from '../timeline/timeline-items.ts'
import { RolloutActs } from './rollout-acts.tsx'
import { sayBurst } from './say-burst.ts'
import { VerdictHistory, VerdictNumbers } from './verdicts.tsx'
import './rollouts.css'

/** One rollout: where it is, what it is judged by, and all that happened to it. */
export function RolloutPage({ id }: { readonly id: string }) {
  const query = useRollout(id)
  const live = useLiveRollout(id, query.data !== undefined && query.data.ended_at === null)
  const { data } = query
  return (
    <>
      <PageHead
        title={data ? `${data.service}: ${data.candidates.join(', ')} beside ${data.baseline}` : 'Rollout'}
        lead={data?.bound}
      >
        <LiveMark state={live} />
      </PageHead>
      <Loaded query={query} height={400}>
        {rollout => (
          <div className="stack">
            <Where rollout={rollout} />
            {rollout.last_verdict && (
              <Panel title="Last verdict">
                <VerdictNumbers verdict={rollout.last_verdict} />
              </Panel>
            )}
            <Panel title="History">
              <ul className="rollout-list">
                {rollout.events.map(event => (
                  <li key={event.id}>
                    <b>{event.kind}</b> in step {event.step + 1}, by {event.actor_name},{' '}
                    <TimeAgo iso={event.at} />: <Prose text={event.reason} />
                  </li>
                ))}
                {rollout.bursts.map(burst => (
                  <li key={burst.id}>
                    <b>stopped at once</b> in step {burst.step + 1}, by {burst.seen_by},{' '}
                    <TimeAgo iso={burst.at} />: {sayBurst(burst)}
                  </li>
                ))}
              </ul>
            </Panel>
            <VerdictHistory id={id} last={rollout.last_verdict?.id} />
          </div>
        )}
      </Loaded>
    </>
  )
}

function Where({ rollout }: { readonly rollout: RolloutDetail }) {
  const { state, steps, step, ended_at: endedAt } = rollout
  const shares = Object.entries(rollout.shares).map(([release, share]) => ({
    release,
    percent: Math.round(share * 1000) / 10,
  }))
  return (
    <Panel title="Now" side={<ToneMark tone={rolloutTones[state] ?? 'accent'}>{state}</ToneMark>}>
      <p>
        <Prose text={rollout.reason} />
      </p>
      <ol className="rollout-steps" aria-label="Steps">
        {steps.map((one, index) => (
          <li
            // oxlint-disable-next-line react/no-array-index-key -- a step is its place
            key={index}
            aria-current={index === step && endedAt === null ? 'step' : undefined}
          >
            <b>{one.shadow === null ? percent(one.share) : `${percent(one.shadow)} copied`}</b>
            <span className="quiet">
              {one.least_values} values, {one.least_duration}
            </span>
          </li>
        ))}
      </ol>
      <figure
        className="rollout-traffic"
        aria-label={`Traffic: ${shares.map(one => `${one.release} ${one.percent} %`).join(', ')}`}
      >
        {shares.map(one => (
          <span
            key={one.release}
            data-side={one.release === rollout.baseline ? 'baseline' : 'candidate'}
            style={{ width: `${one.percent}%` }}
          />
        ))}
      </figure>
      {rollout.is_narrowed && endedAt === null && (
        <p className="quiet">
          A candidate that another surely beats is left out; what it had goes to all others in proportion to
          their shares.
        </p>
      )}
      <p className="quiet">{shares.map(one => `${one.release} answers ${one.percent} %`).join(', ')}</p>
      {endedAt === null && <RolloutActs rollout={rollout} />}
    </Panel>
  )
}

const percent = (share: number | null): string => `${Math.round((share ?? 0) * 1000) / 10} %`
