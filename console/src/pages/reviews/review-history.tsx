import type { ReviewDetail } from '../../api/types.ts'
import { TimeAgo } from '../../parts/time-ago.tsx'

const kinds: Readonly<Record<string, string>> = {
  created: 'given to people',
  claimed: 'taken',
  let_go: 'given back',
  edited: 'edited',
  approved: 'approved',
  rejected: 'rejected',
  expired: 'expired',
  unmasked: 'unmasked',
  asked_model: 'the model was asked',
  held_again: 'the answer waits as well',
  released: 'given to the client',
  content_differs: 'refused: the content was not the approved one',
}

/** What happened to it, and whether a webhook was told. */
export function ReviewHistory({ review }: { readonly review: ReviewDetail }) {
  return (
    <details className="review-history">
      <summary>History</summary>
      <ol>
        {review.events.map((event, index) => (
          <li key={index}>
            <TimeAgo iso={event.at} /> · {event.actor} · {kinds[event.kind] ?? event.kind}
            {event.note !== null && <span className="quiet"> · {event.note}</span>}
          </li>
        ))}
        {review.deliveries.map(delivery => (
          <li key={delivery.id}>
            <TimeAgo iso={delivery.updated_at} /> · webhook {delivery.state} · {delivery.attempts}{' '}
            {delivery.attempts === 1 ? 'attempt' : 'attempts'}
            {delivery.problem !== null && <span className="quiet"> · {delivery.problem}</span>}
          </li>
        ))}
      </ol>
      <p className="quiet">
        Content <code>{review.content_hash.slice(0, 16)}…</code>, policy {review.policy}{' '}
        <code>{review.policy_hash}</code>
      </p>
    </details>
  )
}
