import { Button } from '@mantine/core'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef } from 'react'
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
  const body = useRef<HTMLTableSectionElement>(null)
  const arrivals = useArrivals(scope, filter, isLive, () => window.scrollY > 120)
  const stored = useMemo(() => query.data?.pages.flatMap(page => page.data) ?? [], [query.data])
  const rows = useMemo(() => mergeRows(arrivals.shown, stored), [arrivals.shown, stored])
  // oxlint-disable-next-line react/incompatible-library -- No React compiler memoises this component.
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

  const focusRow = (index: number) => {
    if (index < 0 || index >= rows.length) return
    virtualizer.scrollToIndex(index, { align: 'auto' })
    requestAnimationFrame(() =>
      body.current?.querySelector<HTMLElement>(`[data-index="${index}"] a`)?.focus(),
    )
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
        {arrivals.state === 'connecting' && <LiveMark state="connecting" />}
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
            <table
              className="inferences"
              aria-label="Inferences"
              aria-rowcount={hasNextPage ? -1 : rows.length + 1}
            >
              <Heads />
              <tbody ref={body} className="inferences-body" style={{ height: virtualizer.getTotalSize() }}>
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
                        onMove={focusRow}
                      />
                    )
                  )
                })}
              </tbody>
            </table>
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
    <thead>
      <tr className="inference inference-heads">
        <th scope="col">Time</th>
        <th scope="col">Service</th>
        <th scope="col" className="inference-target">
          Answered by
        </th>
        <th scope="col" className="inference-tokens">
          Tokens in → out
        </th>
        <th scope="col" className="inference-first">
          First token
        </th>
        <th scope="col" className="inference-latency">
          Latency
        </th>
        <th scope="col" className="inference-cost">
          Cost
        </th>
        <th scope="col" className="inference-outcome">
          Outcome
        </th>
      </tr>
    </thead>
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
    <Empty
      icon="inferences"
      title="No inferences in this period"
      command="npm run slipway -- chat 'My lamp arrived broken, please send a new one.'"
    >
      {isLive
        ? 'The next one appears here by itself. To make one:'
        : 'Each request to a service leaves one here. To make one:'}
    </Empty>
  )
}
