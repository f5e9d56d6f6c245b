import { useSlos } from '../../api/observability.ts'
import type { Slo } from '../../api/types.ts'
import { formatCount } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { LiveMark } from '../../parts/live-mark.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { OnlyOf } from '../../parts/only-of.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { useScope } from '../../routing/scope.ts'
import { budgetTone } from '../board/alert-strip.tsx'
import { BurnTable } from './burn-table.tsx'
import { formatWindow } from './format-window.ts'

const example = `services:
  support:
    slos:
      available: { objective: 99.5 }
      fast: { objective: 95, latencyMs: 2000 }
      first-token: { objective: 95, firstTokenMs: 500 }
      cheap: { objective: 99, costUsd: 0.02 }`

/** What is promised of each service, what is left of its error budget, and how fast that burns. */
export function SlosPage() {
  const slos = useSlos()
  const { service } = useScope()
  return (
    <>
      <PageHead
        title="Objectives"
        lead="What may go wrong is a budget. It is spent by what was bad; spent too fast, somebody is told."
      >
        <LiveMark state={slos.isError ? 'connecting' : 'live'} />
      </PageHead>
      <Loaded query={slos} height={400}>
        {known => {
          const shown = known.filter(slo => service === undefined || slo.service === service)
          return (
            <div className="stack">
              <OnlyOf service={service} />
              {shown.length === 0 ? (
                <Empty icon="limits" title="Nothing is promised yet" command={example}>
                  Say in the configuration what a service should keep; it holds without a restart.
                </Empty>
              ) : (
                shown.map(slo => <Objective key={`${slo.service}/${slo.name}`} slo={slo} />)
              )}
            </div>
          )
        }}
      </Loaded>
    </>
  )
}

function Objective({ slo }: { readonly slo: Slo }) {
  const { whole, budget_left: left } = slo
  const tone = budgetTone(left, whole.events)
  return (
    <Panel
      title={`${slo.service} / ${slo.name}`}
      side={
        <span className="budget-left" data-tone={tone}>
          {describeLeft(left, whole)}
        </span>
      }
    >
      <p className="quiet">
        {slo.promise}. {formatCount(Math.round(whole.bad))} of {formatCount(Math.round(whole.events))} were
        bad in the last {formatWindow(slo.window_seconds)}.
      </p>
      <div className="budget-bar" aria-hidden="true">
        <span data-tone={tone} style={{ width: `${Math.max(0, Math.min(1, left)) * 100}%` }} />
      </div>
      <BurnTable burns={slo.burns} />
      {!slo.alerts && <p className="quiet">It raises no alerts.</p>}
    </Panel>
  )
}

function describeLeft(left: number, { events, burn }: Slo['whole']): string {
  if (events === 0) return 'no traffic yet'
  if (left <= 0) return `${burn.toFixed(1)} times the budget is used up`
  return `${(left * 100).toFixed(left > 0.1 ? 0 : 1)} % of the budget left`
}
