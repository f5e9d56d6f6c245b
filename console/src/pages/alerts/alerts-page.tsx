import { useState } from 'react'
import { useAlerts } from '../../api/observability.ts'
import { useMe } from '../../api/queries.ts'
import type { AlertDetail } from '../../api/types.ts'
import { Empty } from '../../parts/empty.tsx'
import { LiveMark } from '../../parts/live-mark.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { OnlyOf } from '../../parts/only-of.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { navigate } from '../../routing/location.ts'
import { useHref, useScope } from '../../routing/scope.ts'
import { AlertDrawer } from './alert-drawer.tsx'
import { Channels, Rules, Silences } from './alert-sides.tsx'
import { AlertTable } from './alert-table.tsx'
import { SilenceDialog } from './silence-dialog.tsx'

const rank = { page: 0, ticket: 1, info: 2 } as const

/** What fires, what has fired, what is silenced, and who is told; one alert with its evidence beside it. */
export function AlertsPage({ openId }: { readonly openId: string | undefined }) {
  const permissions = useMe().data?.permissions ?? []
  const { service } = useScope()
  const href = useHref()
  const open = useAlerts('open', service)
  const resolved = useAlerts('resolved', service)
  const [silenced, setSilenced] = useState<AlertDetail | undefined>()
  const may = (permission: string): boolean => permissions.includes(permission)
  return (
    <>
      <PageHead
        title="Alerts"
        lead="Error budgets that burn too fast, rules on metrics, and budgets of money."
      >
        <LiveMark state={open.isError ? 'connecting' : 'live'} />
      </PageHead>
      <div className="stack">
        <OnlyOf service={service} />
        <Loaded query={open} height={200}>
          {alerts => (
            <Panel title="Now" isFlush>
              {alerts.length === 0 ? (
                <Empty icon="check" title="Nothing fires" />
              ) : (
                <AlertTable
                  alerts={alerts.toSorted((left, right) => rank[left.severity] - rank[right.severity])}
                />
              )}
            </Panel>
          )}
        </Loaded>
        <Silences mayEnd={may('alert:silence')} />
        <Rules />
        <Channels mayTest={may('channel:test')} />
        <Loaded query={resolved} height={200}>
          {alerts =>
            alerts.length === 0 ? null : (
              <Panel title="Before" isFlush>
                <AlertTable alerts={alerts} />
              </Panel>
            )
          }
        </Loaded>
      </div>
      <AlertDrawer
        id={openId}
        mayAct={{ acknowledge: may('alert:acknowledge'), silence: may('alert:silence') }}
        onSilence={setSilenced}
        onClose={() => navigate(href('/alerts'))}
      />
      <SilenceDialog alert={silenced} onClose={() => setSilenced(undefined)} />
    </>
  )
}
