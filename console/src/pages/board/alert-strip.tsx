import { useAlerts, useSlos } from '../../api/observability.ts'
import { TimeAgo } from '../../parts/time-ago.tsx'

/** One line that is always there: what fires, or that nothing does, and what is left of the error budgets. */
export function AlertStrip({ service }: { readonly service: string | undefined }) {
  const alerts = useAlerts('open', service)
  const slos = useSlos()
  const firing = (alerts.data ?? []).filter(({ state }) => state === 'firing' || state === 'acknowledged')
  const worst = firing.find(({ severity }) => severity === 'page') ?? firing[0]
  const tone = worst === undefined ? 'good' : worst.severity === 'page' ? 'bad' : 'warn'
  const shown = (slos.data ?? [])
    .filter(slo => (service === undefined || slo.service === service) && slo.whole.events > 0)
    .toSorted((left, right) => left.budget_left - right.budget_left)
  return (
    <div className="alert-strip" data-tone={alerts.data ? tone : 'none'}>
      <p aria-live="polite">
        {alerts.data === undefined
          ? 'Asking what fires'
          : worst === undefined
            ? 'Nothing fires'
            : `${firing.length === 1 ? '' : `${firing.length} alerts · `}${worst.summary} `}
        {worst && <TimeAgo iso={worst.fired_at ?? worst.started_at} />}
      </p>
      <ul aria-label="Error budgets">
        {shown.slice(0, 3).map(slo => (
          <li key={`${slo.service}/${slo.name}`} data-tone={budgetTone(slo.budget_left, slo.whole.events)}>
            {slo.service}/{slo.name}{' '}
            <b>{slo.budget_left <= 0 ? 'used up' : `${Math.round(slo.budget_left * 100)} %`}</b>
          </li>
        ))}
      </ul>
    </div>
  )
}

export function budgetTone(left: number, events: number): 'good' | 'warn' | 'bad' | 'none' {
  if (events === 0) return 'none'
  return left <= 0 ? 'bad' : left < 0.25 ? 'warn' : 'good'
}
