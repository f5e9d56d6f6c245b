import { Button, SegmentedControl } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useBoard } from '../../api/observability.ts'
import type { Board, BoardPanel } from '../../api/types.ts'
import { Icon } from '../../parts/icon.tsx'
import { LiveMark } from '../../parts/live-mark.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { OnlyOf } from '../../parts/only-of.tsx'
import { PageHead } from '../../parts/page.tsx'
import { changeSearch, useSearch } from '../../routing/location.ts'
import { useScope } from '../../routing/scope.ts'
import { AlertStrip } from './alert-strip.tsx'
import { Picture } from './board-panel.tsx'

const spans = [
  { value: '15', label: '15 min' },
  { value: '60', label: '1 h' },
  { value: '360', label: '6 h' },
  { value: '1440', label: '24 h' },
  { value: '10080', label: '7 d' },
]
const usualSpan = '15'

/** What one screen has room for, so large that it is read from across the room. */
const onWall = [
  'requests',
  'errors',
  'latency',
  'first-token',
  'tokens',
  'cost',
  'cache',
  'guardrails',
  'queue',
  'in-flight',
  'engine-speed',
  'engine-cache',
  'cpu',
  'memory',
  'lag',
]
const mostOnWall = 12

/** The live board: everything of all replicas at a glance. */
export function BoardPage() {
  const search = useSearch()
  const { service } = useScope()
  const isWall = search.get('wall') === '1'
  const asked = search.get('minutes')
  const span = spans.some(({ value }) => value === asked) ? (asked ?? usualSpan) : usualSpan
  const board = useBoard(Number(span), service)
  const state = board.isError ? 'connecting' : 'live'
  if (isWall) return <Wall board={board.data} service={service} state={board.data ? state : 'connecting'} />
  return (
    <>
      <PageHead title="Board" lead="All replicas together, every ten seconds. Leave it open on a wall.">
        <LiveMark state={state} />
        <SegmentedControl
          size="xs"
          aria-label="How far back"
          data={spans}
          value={span}
          onChange={value => changeSearch({ minutes: value === usualSpan ? undefined : value })}
        />
        <Button
          variant="default"
          leftSection={<Icon name="screen" size={16} />}
          onClick={() => changeSearch({ wall: '1' }, {})}
        >
          Wall
        </Button>
      </PageHead>
      <div className="stack">
        <OnlyOf service={service} />
        <AlertStrip service={service} />
        <Loaded query={board} height={900}>
          {data => (
            <div className="stack" data-stale={board.isPlaceholderData}>
              {data.groups.map(group => (
                <section key={group.id} aria-label={group.title}>
                  <h2 className="board-group">{group.title}</h2>
                  <div className="board">
                    {group.panels.map(panel => (
                      <Picture
                        key={panel.id}
                        panel={panel}
                        sinceMs={Date.parse(data.since)}
                        stepSeconds={data.step_seconds}
                        isLarge={false}
                      />
                    ))}
                  </div>
                </section>
              ))}
            </div>
          )}
        </Loaded>
      </div>
    </>
  )
}

function Wall(props: {
  readonly board: Board | undefined
  readonly service: string | undefined
  readonly state: 'live' | 'connecting'
}) {
  const { board, service, state } = props
  const leave = (): void => changeSearch({ wall: undefined }, {})
  useEffect(() => {
    document.title = 'Board · Slipway'
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') leave()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  return (
    <section className="wall" aria-label="Board on a wall">
      <header className="wall-head">
        <AlertStrip service={service} />
        <LiveMark state={state} />
        <Button variant="subtle" color="gray" onClick={leave} aria-label="Leave the wall">
          <Icon name="close" size={18} />
        </Button>
      </header>
      {board && <WallPictures board={board} />}
    </section>
  )
}

function WallPictures({ board }: { readonly board: Board }) {
  // chosen once, so that no picture ever changes its place
  const [chosen] = useState(() => choose(board))
  return (
    <div className="wall-board">
      {panelsOnWall(board, chosen).map(panel => (
        <Picture
          key={panel.id}
          panel={panel}
          sinceMs={Date.parse(board.since)}
          stepSeconds={board.step_seconds}
          isLarge
        />
      ))}
    </div>
  )
}

/** What has something to show comes before what has nothing, in the order of `onWall`. */
function choose(board: Board): string[] {
  const panels = panelsOnWall(board, onWall)
  const speaking = panels.filter(({ series }) => series.length > 0)
  const silent = panels.filter(({ series }) => series.length === 0)
  const taken = new Set([...speaking, ...silent].slice(0, mostOnWall).map(({ id }) => id))
  return onWall.filter(id => taken.has(id))
}

function panelsOnWall({ groups }: Board, ids: readonly string[]): BoardPanel[] {
  const all = new Map(groups.flatMap(({ panels }) => panels.map(panel => [panel.id, panel] as const)))
  return ids.flatMap(id => all.get(id) ?? [])
}
