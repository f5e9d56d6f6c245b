import { Button } from '@mantine/core'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react'
import { type InferenceFilter, type Scope, useInferences } from '../../api/queries.ts'
import { formatCount } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { Icon } from '../../parts/icon.tsx'
import { LiveMark } from '../../parts/live-mark.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { countFilters } from '../../routing/inference-filter.ts'
import { navigate } from '../../routing/location.ts'
import { inferenceHref, useFilteredHref } from './inference-href.ts'
import { InferenceDrawer } from './inference-drawer.tsx'
import { InferenceRow, rowHeightPx } from './inference-row.tsx'
import { mergeRows } from './merge-rows.ts'
import { useArrivals } from './use-arrivals.ts'

/** The rows on the screen and a few more; however long the list, only those exist in the page. */
export function InferenceList(props: {
  readonly scope: Scope
  readonly filter: InferenceFilter
  readonly isLive: boolean
  readonly openId: string | undefined
}) {
  const { scope, filter, isLive, openId } = props
  const query = useInferences(scope, filter)
  const body = useRef<HTMLDivElement>(null)
  const arrivals = useArrivals(scope, filter, isLive, () => window.scrollY > 120)
  const stored = useMemo(() => query.data?.pages.flatMap(page => page.data) ?? [], [query.data])
  const rows = useMemo(() => mergeRows(arrivals.shown, stored), [arrivals.shown, stored])
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeightPx,
    overscan: 12,
    scrollMargin: body.current?.offsetTop ?? 0,
    getItemKey: index => rows[index]?.id ?? index,
  })
  const items = virtualizer.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= rows.length - 20) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, last, rows.length])

  const moveFocus = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    const row = event.target instanceof Element ? event.target.closest('[data-index]') : null
    if (step === 0 || !row) return
    const next = Number(row.getAttribute('data-index')) + step
    if (next < 0 || next >= rows.length) return
    event.preventDefault()
    virtualizer.scrollToIndex(next, { align: 'auto' })
    requestAnimationFrame(() => body.current?.querySelector<HTMLElement>(`[data-index="${next}"] a`)?.focus())
  }

  const filtered = useFilteredHref()
  const openIndex = rows.findIndex(row => row.id === openId)
  const neighbour = (step: number) => {
    const row = openIndex === -1 ? undefined : rows[openIndex + step]
    return row && (() => navigate(filtered(inferenceHref(row.id)), { isReplacing: true }))
  }

  return (
    <>
      <div className="list-state">
        <span aria-live="polite">{query.data && countLabel(rows.length, hasNextPage)}</span>
        <LiveMark state={arrivals.state} />
      </div>
      {arrivals.waiting.length > 0 && (
        <Button
          className="waiting"
          radius="xl"
          size="xs"
          leftSection={<Icon name="chevronUp" size={14} />}
          onClick={() => {
            arrivals.show()
            window.scrollTo({ top: 0 })
          }}
        >
          {formatCount(arrivals.waiting.length)} new
        </Button>
      )}
      <Loaded query={query} height={520}>
        {() =>
          rows.length === 0 ? (
            <NoRows isFiltered={countFilters(filter) > 0} isLive={isLive} />
          ) : (
            <div
              className="inferences"
              role="table"
              aria-label="Inferences"
              aria-rowcount={hasNextPage ? -1 : rows.length + 1}
            >
              <div role="rowgroup">
                <Heads />
              </div>
              <div
                role="rowgroup"
                ref={body}
                className="inferences-body"
                style={{ height: virtualizer.getTotalSize() }}
                onKeyDown={moveFocus}
              >
                {items.map(item => {
                  const row = rows[item.index]
                  return (
                    row && (
                      <InferenceRow
                        key={item.key}
                        inference={row}
                        index={item.index}
                        href={filtered(inferenceHref(row.id))}
                        isOpen={row.id === openId}
                        topPx={item.start - virtualizer.options.scrollMargin}
                      />
                    )
                  )
                })}
              </div>
            </div>
          )
        }
      </Loaded>
      <InferenceDrawer
        id={openId}
        onClose={() => navigate(filtered('/inferences'))}
        onPrevious={neighbour(-1)}
        onNext={neighbour(1)}
      />
    </>
  )
}

function countLabel(count: number, isMore: boolean): string {
  if (count === 0) return ''
  return `${formatCount(count)}${isMore ? '+' : ''} ${count === 1 ? 'inference' : 'inferences'}`
}

function Heads() {
  return (
    <div role="row" className="inference inference-heads" aria-rowindex={1}>
      <span role="columnheader">Time</span>
      <span role="columnheader">Service</span>
      <span role="columnheader" className="inference-target">
        Answered by
      </span>
      <span role="columnheader" className="inference-tokens">
        Tokens in → out
      </span>
      <span role="columnheader" className="inference-first">
        First token
      </span>
      <span role="columnheader" className="inference-latency">
        Latency
      </span>
      <span role="columnheader" className="inference-cost">
        Cost
      </span>
      <span role="columnheader">Outcome</span>
    </div>
  )
}

function NoRows({ isFiltered, isLive }: { readonly isFiltered: boolean; readonly isLive: boolean }) {
  if (isFiltered) {
    return (
      <Empty icon="filter" title="Nothing matches these filters">
        Widen the period or clear a filter.
      </Empty>
    )
  }
  return (
    <Empty icon="inferences" title="No inferences in this period" command="npm run slipway -- chat support">
      {isLive
        ? 'The next one appears here by itself. To make one:'
        : 'Each request to a service leaves one here. To make one:'}
    </Empty>
  )
}
