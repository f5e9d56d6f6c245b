import { useMonitors } from '../../api/observability.ts'
import { Empty } from '../../parts/empty.tsx'
import { LiveMark } from '../../parts/live-mark.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { OnlyOf } from '../../parts/only-of.tsx'
import { PageHead } from '../../parts/page.tsx'
import { useScope } from '../../routing/scope.ts'
import { MonitorPanel } from './monitor-panel.tsx'
import './monitors.css'

const example = `monitors:
  support-quality:
    service: support
    streams:
      failing: { kind: errors }
      slow: { kind: latency }`

/** What is watched for changes, and what was found: all monitors, or the one that is named. */
export function MonitorsPage({ name }: { readonly name: string | undefined }) {
  const monitors = useMonitors()
  const { service } = useScope()
  return (
    <>
      <PageHead
        title={name ?? 'Monitors'}
        lead="What is watched for changes. An alarm comes when the evidence reaches a line that chance seldom reaches."
      >
        <LiveMark state={monitors.isError ? 'connecting' : 'live'} />
      </PageHead>
      <Loaded query={monitors} height={400}>
        {known => {
          const shown = known.filter(
            monitor =>
              (name === undefined || monitor.name === name) &&
              (service === undefined || monitor.service === service),
          )
          return (
            <div className="stack">
              <OnlyOf service={service} />
              {shown.length === 0 ? (
                <Empty icon="warning" title="Nothing is watched" command={example}>
                  Declare monitors in slipway.yaml; they learn from the traffic that there was.
                </Empty>
              ) : (
                shown.map(monitor => (
                  <MonitorPanel key={monitor.name} monitor={monitor} isWhole={name !== undefined} />
                ))
              )}
            </div>
          )
        }}
      </Loaded>
    </>
  )
}
