import { Button, Kbd, SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { useMe } from '../../api/queries.ts'
import { useLiveReviews, usePrefetchReview, useReview, useReviews } from '../../api/reviews.ts'
import type { Review } from '../../api/types.ts'
import { Empty } from '../../parts/empty.tsx'
import { LiveMark } from '../../parts/live-mark.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead } from '../../parts/page.tsx'
import { changeSearch, navigate, useSearch } from '../../routing/location.ts'
import { useHref, useScope } from '../../routing/scope.ts'
import { KeysHelp } from './keys-help.tsx'
import { ReviewList } from './review-list.tsx'
import { ReviewView } from './review-view.tsx'
import { StatsPanel } from './stats-panel.tsx'
import { useReviewKeys } from './use-review-keys.ts'

const views = [
  { value: '', label: 'Queue' },
  { value: 'decided', label: 'Decided' },
  { value: 'stats', label: 'Figures' },
]

/** What waits for people: the queue, what was decided, and how the reviewers do. */
export function ReviewsPage({ openId }: { readonly openId: string | undefined }) {
  const permissions = useMe().data?.permissions ?? []
  const { tenant, service } = useScope()
  const view = useSearch().get('view') ?? ''
  const live = useLiveReviews(tenant, view !== 'stats')
  const [isHelpOpen, setIsHelpOpen] = useState(false)
  useReviewKeys({ '?': () => setIsHelpOpen(true) })
  const href = useHref()
  return (
    <>
      <PageHead
        title="Reviews"
        lead="What a policy gives to a person before it goes out. One no is enough; nobody approves what they asked for or wrote."
      >
        <LiveMark state={live} />
        <SegmentedControl
          aria-label="View"
          size="xs"
          data={views}
          value={view}
          onChange={next => {
            if (openId !== undefined) navigate(href('/reviews'))
            changeSearch({ view: next })
          }}
        />
        <Button
          variant="default"
          size="xs"
          onClick={() => setIsHelpOpen(true)}
          rightSection={<Kbd size="xs">?</Kbd>}
        >
          Keys
        </Button>
      </PageHead>
      {view === 'stats' ? (
        <StatsPanel tenant={tenant} mayManage={permissions.includes('review:manage')} />
      ) : (
        <Queue
          key={view}
          state={view === 'decided' ? 'decided' : 'pending'}
          openId={openId}
          tenant={tenant}
          service={service}
          permissions={permissions}
        />
      )}
      <KeysHelp isOpen={isHelpOpen} onClose={() => setIsHelpOpen(false)} />
    </>
  )
}

function Queue(props: {
  readonly state: 'pending' | 'decided'
  readonly openId: string | undefined
  readonly tenant: string | undefined
  readonly service: string | undefined
  readonly permissions: readonly string[]
}) {
  const { state, openId, tenant, service, permissions } = props
  const list = useReviews({ state, tenant, service })
  const href = useHref()
  const reviews = list.data?.pages.flatMap(page => page.data)
  const open = (id: string | undefined) => {
    const view = state === 'decided' ? '?view=decided' : ''
    navigate(href(`/reviews${id === undefined ? '' : `/${id}`}${view}`), {
      isReplacing: openId !== undefined,
    })
  }
  const index = reviews?.findIndex(({ id }) => id === openId) ?? -1
  const next = index < 0 ? reviews?.[0] : reviews?.[index + 1]
  usePrefetchReview(next?.id)
  useReviewKeys({
    j: () => next && open(next.id),
    k: () => {
      const before = reviews?.[index - 1]
      if (before) open(before.id)
    },
  })
  return (
    <Loaded<readonly Review[]>
      query={{ data: reviews, error: list.error, refetch: list.refetch as never }}
      height={420}
    >
      {known =>
        known.length === 0 && openId === undefined ? (
          <NothingHere state={state} />
        ) : (
          <div className="reviews" data-is-open={openId !== undefined}>
            <div className="panel reviews-list">
              <ReviewList
                reviews={known}
                selectedId={openId}
                onSelect={open}
                more={list.hasNextPage ? () => void list.fetchNextPage() : undefined}
              />
              {known.length === 0 && <p className="panel-note quiet">Nothing else waits.</p>}
            </div>
            <div className="panel reviews-open">
              {openId === undefined ? (
                <Empty icon="reviews" title="Choose an item">
                  Press <Kbd>j</Kbd> for the first one.
                </Empty>
              ) : (
                <OpenReview
                  key={openId}
                  id={openId}
                  permissions={permissions}
                  onClose={() => open(undefined)}
                  onDone={() => open(after(known, openId)?.id)}
                />
              )}
            </div>
          </div>
        )
      }
    </Loaded>
  )
}

function OpenReview(props: {
  readonly id: string
  readonly permissions: readonly string[]
  readonly onClose: () => void
  readonly onDone: () => void
}) {
  const review = useReview(props.id)
  return (
    <Loaded query={review} height={420}>
      {known => (
        <ReviewView
          review={known}
          permissions={props.permissions}
          onDone={props.onDone}
          onClose={props.onClose}
        />
      )}
    </Loaded>
  )
}

function NothingHere({ state }: { readonly state: 'pending' | 'decided' }) {
  return state === 'decided' ? (
    <Empty icon="reviews" title="Nothing was decided yet" />
  ) : (
    <Empty
      icon="reviews"
      title="Nothing waits for a person"
      command={`policies:
  careful:
    checks:
      - { check: pattern, action: escalate, mode: enforce, … }`}
    >
      A check of a policy with <code>action: escalate</code> brings what it finds here, before it goes out.
    </Empty>
  )
}

/** The one that comes after it, else the one before. */
function after(reviews: readonly Review[], id: string): Review | undefined {
  const index = reviews.findIndex(review => review.id === id)
  return reviews[index + 1] ?? reviews[index - 1]
}
