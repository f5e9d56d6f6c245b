import { type ModelPlace, useModelHistory } from '../../api/models.ts'
import type { ModelEvent } from '../../api/types.ts'
import { Empty } from '../../parts/empty.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Panel } from '../../parts/page.tsx'
import { ShowMore } from '../../parts/show-more.tsx'
import type { Tone } from '../../parts/status.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { useHref } from '../../routing/scope.ts'
import { EvidenceList } from './evidence-list.tsx'
import { modelPath } from './model-href.ts'

const tones: Readonly<Partial<Record<ModelEvent['kind'], Tone>>> = {
  'move-alias': 'accent',
  approve: 'good',
  reject: 'bad',
  refuse: 'bad',
  'delete-alias': 'warn',
  'delete-version': 'warn',
  'delete-model': 'warn',
}

/** What happened to a model, the newest first. */
export function HistoryView({ place }: { readonly place: ModelPlace }) {
  const history = useModelHistory(place, undefined)
  return (
    <Loaded query={history} height={320}>
      {({ pages }) => {
        const events = pages.flatMap(page => page.data)
        return (
          <Panel title="The newest first">
            {events.length === 0 ? (
              <Empty icon="clock" title="Nothing has happened yet" />
            ) : (
              <ol className="timeline" aria-label="History">
                {events.map(event => (
                  <li key={event.id} data-tone={tones[event.kind] ?? 'idle'}>
                    <Happened place={place} event={event} />
                  </li>
                ))}
              </ol>
            )}
            <ShowMore query={history} label="Show older ones" />
          </Panel>
        )
      }}
    </Loaded>
  )
}

function Happened({ place, event }: { readonly place: ModelPlace; readonly event: ModelEvent }) {
  return (
    <>
      <p>
        <b>{event.actor_name}</b> <What place={place} event={event} />{' '}
        <span className="quiet">
          <TimeAgo iso={event.at} />
        </span>
      </p>
      {event.reason !== '' && <p className="timeline-reason">“{event.reason}”</p>}
      {event.kind !== 'attach' && <EvidenceList evidence={event.evidence} />}
    </>
  )
}

function What({ place, event }: { readonly place: ModelPlace; readonly event: ModelEvent }) {
  const href = useHref()
  const version =
    event.version === null ? null : (
      <a href={href(modelPath(place, String(event.version)))}>version {event.version}</a>
    )
  switch (event.kind) {
    case 'create-model':
      return 'made the model'
    case 'define':
      return 'changed its rules'
    case 'describe':
      return <>described {version ?? 'the model'}</>
    case 'rename':
      return 'renamed the model'
    case 'delete-model':
      return 'deleted the model'
    case 'create-version':
      return <>made {version}</>
    case 'delete-version':
      return `deleted version ${event.version}`
    case 'attach':
      return (
        <>
          attached {event.evidence.map(({ kind, id }) => `${kind} ${id}`).join(', ')} to {version}
        </>
      )
    case 'push':
      return <>pushed {version} to a registry of containers</>
    case 'refuse':
      return (
        <>
          kept {version} from being served as <b>{event.alias}</b>
        </>
      )
    case 'move-alias':
      return (
        <>
          moved <b>{event.alias}</b>{' '}
          {event.previous === null ? 'for the first time, to ' : `from version ${event.previous} to `}
          {version}
        </>
      )
    case 'delete-alias':
      return (
        <>
          deleted <b>{event.alias}</b>, which was at version {event.previous}
        </>
      )
    case 'approve':
      return (
        <>
          approved {version} for <b>{event.alias}</b>
        </>
      )
    case 'reject':
      return (
        <>
          rejected {version} for <b>{event.alias}</b>
        </>
      )
  }
}
