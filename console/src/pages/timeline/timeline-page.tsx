import { Select } from '@mantine/core'
import { useModelHistories } from '../../api/models.ts'
import { useAlerts } from '../../api/observability.ts'
import { usePipelineRuns } from '../../api/pipelines.ts'
import { useRollouts } from '../../api/rollouts.ts'
import { useEngines, useMe, useServices } from '../../api/queries.ts'
import type { Service } from '../../api/types.ts'
import { Empty } from '../../parts/empty.tsx'
import { LiveMark } from '../../parts/live-mark.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { Prose } from '../../parts/prose.tsx'
import { TimeAgo, useNow } from '../../parts/time-ago.tsx'
import { changeSearch } from '../../routing/location.ts'
import { lengthMs } from '../../routing/range.ts'
import { useHref, useScope } from '../../routing/scope.ts'
import { LanesView, type Span } from './lanes-view.tsx'
import {
  alertItem,
  followedModels,
  lanes,
  modelItems,
  rolloutItem,
  runItem,
  runsOf,
  type TimelineItem,
  within,
} from './timeline-items.ts'
import './timeline.css'

/** What happened to a service, and what of it went on by itself: alerts, runs, rollouts, versions and aliases on one line of time. */
export function TimelinePage() {
  const services = useServices()
  const { service: wanted } = useScope()
  return (
    <Loaded query={services} height={320}>
      {known => {
        const service = known.find(({ name }) => name === wanted) ?? known[0]
        return (
          <>
            <PageHead title="Timeline" lead="What happened to a service, and what came of it.">
              <LiveMark state={services.isError ? 'connecting' : 'live'} />
              {known.length > 1 && (
                <Select
                  aria-label="Service"
                  data={known.map(({ name }) => name)}
                  value={service?.name ?? null}
                  onChange={name => changeSearch({ service: name ?? undefined })}
                  allowDeselect={false}
                />
              )}
            </PageHead>
            {service === undefined ? (
              <Empty icon="services" title="There is no service yet">
                slipway.yaml declares services, and this page tells what happens to each.
              </Empty>
            ) : (
              <TimelineOf key={service.name} service={service} />
            )}
          </>
        )
      }}
    </Loaded>
  )
}

function TimelineOf({ service }: { readonly service: Service }) {
  const { tenant } = useScope()
  const span = useSpan()
  const mayReadEngines = useMe().data?.permissions.includes('engine:list') === true
  const engines = useEngines()
  const models = followedModels(service, mayReadEngines ? (engines.data ?? []) : [])
  const open = useAlerts('open', service.name)
  const resolved = useAlerts('resolved', service.name)
  const runs = usePipelineRuns(tenant, undefined)
  const rollouts = useRollouts(service.name)
  const histories = useModelHistories(models, tenant)

  const history = histories.data ?? []
  const items = within(
    [
      ...[...(open.data ?? []), ...(resolved.data ?? [])].map(alertItem),
      ...runsOf(service.name, runs.data?.pages.flatMap(page => page.data) ?? [], history).map(runItem),
      ...(rollouts.data ?? []).map(rolloutItem),
      ...modelItems(history),
    ],
    span,
  )
  return (
    <div className="stack">
      <Panel title={`${service.name}, from left to right`}>
        <LanesView lanes={lanes} items={items} span={span} />
      </Panel>
      <Panel title="The newest first">
        {items.length === 0 ? (
          <Empty icon="clock" title="Nothing has happened in this time">
            Alerts, runs of pipelines that make its models, versions and aliases appear here by themselves.
          </Empty>
        ) : (
          <ol className="timeline" aria-label="What happened">
            {items.map(item => (
              <li key={item.id} data-tone={item.tone}>
                <Happened item={item} />
              </li>
            ))}
          </ol>
        )}
      </Panel>
    </div>
  )
}

function Happened({ item }: { readonly item: TimelineItem }) {
  const href = useHref()
  return (
    <>
      <p>
        <a href={href(item.path)}>
          <Prose text={item.text} />
        </a>{' '}
        <span className="quiet">
          <TimeAgo iso={new Date(item.atMs).toISOString()} />
        </span>
      </p>
      {item.reason !== undefined && (
        <p className="timeline-reason">
          <Prose text={item.reason} />
        </p>
      )}
    </>
  )
}

/** The range that all pages share; one that moves ends now. */
function useSpan(): Span {
  const { range } = useScope()
  const now = useNow()
  if (range.kind === 'between') return { fromMs: Date.parse(range.since), toMs: Date.parse(range.until) }
  return { fromMs: now - lengthMs(range), toMs: now }
}
