import { Anchor } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useRef } from 'react'
import { useLiveInferences } from '../../api/live-inferences.ts'
import { useMe, useOverview } from '../../api/queries.ts'
import { LiveMark } from '../../parts/live-mark.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead } from '../../parts/page.tsx'
import { periodBefore } from '../../routing/range.ts'
import { useHref, useScope } from '../../routing/scope.ts'
import { ScopeBar } from '../../shell/scope-bar.tsx'
import { FirstCall } from './first-call.tsx'
import { ServiceTable } from './service-table.tsx'
import { Totals } from './totals.tsx'

const Charts = lazy(async () => ({ default: (await import('./charts.tsx')).Charts }))

const refreshAtMostEveryMs = 2_000

export function OverviewPage() {
  const me = useMe()
  const scope = useScope()
  const href = useHref()
  const overview = useOverview(scope)
  const live = useFreshOverview(scope.range.kind === 'last', scope)
  return (
    <>
      <PageHead title="Overview">
        <LiveMark state={live} />
        {me.data && <ScopeBar me={me.data} />}
      </PageHead>
      <Loaded query={overview} height={720}>
        {data => {
          const isIdle = data.totals.requests === 0 && data.previous.requests === 0
          if (isIdle && scope.tenant === undefined && scope.range.kind === 'last') {
            return <FirstCall service={scope.service} />
          }
          return (
            <div className="overview" data-stale={overview.isPlaceholderData}>
              <Totals overview={data} before={periodBefore(scope.range)} />
              <Suspense fallback={<div className="charts-waiting" />}>
                <Charts overview={data} />
              </Suspense>
              <ServiceTable overview={data} />
              {data.totals.unpriced_requests > 0 && (
                <p className="footnote">
                  {data.totals.unpriced_requests} requests have no known price and are left out of the cost.
                  Add their model under <code>prices</code> in the configuration.{' '}
                  <Anchor href={href('/inferences')} inherit>
                    See the inferences
                  </Anchor>
                </p>
              )}
            </div>
          )
        }}
      </Loaded>
    </>
  )
}

/** Asks for the totals again when an inference ended, but not more often than a reader can follow. */
function useFreshOverview(isOn: boolean, scope: { tenant: string | undefined; service: string | undefined }) {
  const client = useQueryClient()
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  return useLiveInferences({ tenant: scope.tenant, service: scope.service }, isOn, () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined
      void client.invalidateQueries({ queryKey: ['overview'] })
    }, refreshAtMostEveryMs)
  })
}
