import { Button } from '@mantine/core'
import { useEffect, useRef } from 'react'
import type { Review } from '../../api/types.ts'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { Status } from '../../parts/status.tsx'
import { DueMark } from './due-mark.tsx'

/** The queue, or what was decided: one line on each, the selected one followed by the keys. */
export function ReviewList(props: {
  readonly reviews: readonly Review[]
  readonly selectedId: string | undefined
  readonly onSelect: (id: string) => void
  readonly more?: (() => void) | undefined
}) {
  const { reviews, selectedId, onSelect, more } = props
  return (
    <>
      <ul className="review-list" aria-label="Reviews">
        {reviews.map(review => (
          <ReviewRow
            key={review.id}
            review={review}
            isSelected={review.id === selectedId}
            onSelect={() => onSelect(review.id)}
          />
        ))}
      </ul>
      {more && (
        <Button variant="subtle" size="xs" fullWidth onClick={more}>
          Show more
        </Button>
      )}
    </>
  )
}

function ReviewRow(props: {
  readonly review: Review
  readonly isSelected: boolean
  readonly onSelect: () => void
}) {
  const { review, isSelected, onSelect } = props
  const row = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (isSelected) row.current?.scrollIntoView({ block: 'nearest' })
  }, [isSelected])
  const isPending = review.state === 'pending'
  return (
    <li ref={row}>
      <button
        type="button"
        className="review-row"
        aria-current={isSelected}
        onClick={onSelect}
        data-priority={review.priority}
      >
        <span className="review-row-head">
          <b>{review.service}</b>
          {isPending && review.priority !== 'normal' && <span className="tag">{review.priority}</span>}
          {review.version > 0 && <span className="tag">edited</span>}
          {review.four_eyes && <span className="tag">four eyes</span>}
          <span className="review-row-due">
            {isPending ? (
              <DueMark due={review.due_at} expires={review.expires_at} />
            ) : (
              <Status state={review.state} />
            )}
          </span>
        </span>
        <span className="review-preview">
          {review.preview === '' ? 'A request without text' : review.preview}
        </span>
        <span className="review-row-foot">
          {review.waits_for} · {review.fired.map(({ guard }) => guard).join(', ') || review.policy}
          {review.claimed_by !== null && (
            <span className="review-claim">
              {' '}
              · {review.claimed_by === 'you' ? 'yours' : `with ${review.claimed_by}`}
            </span>
          )}
          {!isPending && review.decided_at !== null && (
            <>
              {' · '}
              <TimeAgo iso={review.decided_at} />
            </>
          )}
        </span>
      </button>
    </li>
  )
}
