import { useGuardrailReports, usePolicies, useVerdictCounts } from '../../api/queries.ts'
import { Empty } from '../../parts/empty.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { OnlyOf } from '../../parts/only-of.tsx'
import { PageHead } from '../../parts/page.tsx'
import { useScope } from '../../routing/scope.ts'
import './guardrails.css'
import { LatestVerdicts } from './latest-verdicts.tsx'
import { PolicyCard } from './policy-card.tsx'
import { ReportsTable } from './reports-table.tsx'

const example = `policies:
  public:
    checks:
      - { check: personal-data, mode: shadow, action: mask, timeoutMs: 100 }
services:
  support: { policy: public }`

/** The policies in force, what their checks have said, and what those in shadow would have done. */
export function GuardrailsPage() {
  const { service } = useScope()
  const policies = usePolicies()
  const counts = useVerdictCounts(24).data ?? []
  const reports = useGuardrailReports()
  return (
    <>
      <PageHead
        title="Guardrails"
        lead="What is looked for in requests and answers, and what became of it in the last 24 hours. A check in shadow only says what it would have done."
      />
      <Loaded query={policies} height={320}>
        {known => {
          const shown = known.filter(
            policy => service === undefined || policy.services.some(each => each.service === service),
          )
          return shown.length === 0 ? (
            <Empty
              icon="guardrails"
              title={service === undefined ? 'No policy is declared' : `${service} has no policy`}
              command={example}
            >
              Say in the configuration what is looked for; it holds without a restart.
            </Empty>
          ) : (
            <div className="stack">
              <OnlyOf service={service} />
              {shown.map(policy => (
                <PolicyCard
                  key={policy.name}
                  policy={policy}
                  counts={counts.filter(count => service === undefined || count.service === service)}
                />
              ))}
              <LatestVerdicts />
              {reports.data && reports.data.length > 0 && <ReportsTable reports={reports.data} />}
            </div>
          )
        }}
      </Loaded>
    </>
  )
}
