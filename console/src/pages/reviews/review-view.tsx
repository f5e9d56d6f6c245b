import { Button, Group, Kbd } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { useClaimReview, useDecideReview, useEditReview, useUnmaskReview } from '../../api/reviews.ts'
import type { Answer, ReviewDetail } from '../../api/types.ts'
import { formatRelative } from '../../format/time.ts'
import { Notice } from '../../parts/notice.tsx'
import { Status } from '../../parts/status.tsx'
import { useNow } from '../../parts/time-ago.tsx'
import { useHref } from '../../routing/scope.ts'
import { type Act, ActForm } from './act-form.tsx'
import { DueMark } from './due-mark.tsx'
import { EditField } from './edit-field.tsx'
import { ReviewHistory } from './review-history.tsx'
import { TextView } from './review-text.tsx'
import { useReviewKeys } from './use-review-keys.ts'

const done: Readonly<Record<Exclude<Act, 'unmask'>, string>> = {
  approve: 'Approved',
  reject: 'Rejected',
  edit: 'The edit waits for somebody else to approve it',
}

/** One item with all that it is decided with, and the acts. */
export function ReviewView(props: {
  readonly review: ReviewDetail
  readonly permissions: readonly string[]
  readonly onDone: () => void
  readonly onClose: () => void
}) {
  const { review, permissions, onDone, onClose } = props
  const { id, content_hash } = review
  const href = useHref()
  const [act, setAct] = useState<Act | undefined>()
  const [texts, setTexts] = useState<readonly string[]>([])
  const [shown, setShown] = useState<Answer<'unmaskReview'> | undefined>()
  const claim = useClaimReview()
  const decide = useDecideReview()
  const edit = useEditReview()
  const unmask = useUnmaskReview()
  const mayAct = permissions.includes('review:decide') && review.state === 'pending'
  const mayDecide = mayAct && review.may_decide
  const mayEdit = mayAct && review.texts.some(text => text.is_editable) && isEditable(review)
  const mayUnmask = permissions.includes('review:unmask') && shown === undefined

  const begin = (next: Act) => {
    const isAllowed = next === 'unmask' ? mayUnmask : next === 'edit' ? mayEdit : mayDecide
    if (!isAllowed) return
    for (const one of [decide, edit, unmask]) one.reset()
    if (next === 'edit') setTexts(review.texts.map(({ text }) => text))
    setAct(next)
    // nobody else should begin on it meanwhile; where somebody has, the answer says so
    if (next !== 'unmask' && review.claimed_by !== 'you') claim.mutate({ id, body: {} })
  }
  useReviewKeys({
    a: () => begin('approve'),
    e: () => begin('edit'),
    r: () => begin('reject'),
    u: () => begin('unmask'),
    Escape: () => setAct(undefined),
  })

  const finish = (what: Exclude<Act, 'unmask'>) => {
    notifications.show({ message: done[what] })
    setAct(undefined)
    onDone()
  }
  const confirm = (why: string) => {
    if (act === 'approve' || act === 'reject')
      decide.mutate(
        { id, body: { verdict: act, content_hash, rationale: why } },
        { onSuccess: ({ state }) => (state === 'pending' ? setAct(undefined) : finish(act)) },
      )
    if (act === 'edit') {
      const changed = texts.flatMap((text, index) =>
        text === review.texts[index]?.text ? [] : [{ index, text }],
      )
      edit.mutate(
        { id, body: { content_hash, texts: changed, rationale: why } },
        { onSuccess: () => finish('edit') },
      )
    }
    if (act === 'unmask')
      unmask.mutate(
        { id, reason: why },
        {
          onSuccess: raw => {
            setShown(raw)
            setAct(undefined)
          },
        },
      )
  }
  const [original] = review.versions
  const context = shown?.context ?? review.context
  const current = shown?.texts ?? review.texts
  const isChanged = act === 'edit' && texts.some((text, index) => text !== review.texts[index]?.text)
  return (
    <article className="review" aria-label={`Review of ${review.service}`}>
      <header className="review-head">
        <Button className="review-back" variant="subtle" size="compact-sm" onClick={onClose}>
          Back to the queue
        </Button>
        <Group gap="xs" justify="space-between">
          <h2>
            {review.service}
            <span className="tag">
              {review.waits_for === 'answer' ? 'an answer waits' : 'a request waits'}
            </span>
          </h2>
          {review.state === 'pending' ? (
            <DueMark due={review.due_at} expires={review.expires_at} />
          ) : (
            <Status state={review.state} />
          )}
        </Group>
        <Standing review={review} />
        <ul className="fired" aria-label="What the policy found">
          {review.fired.map(fired => (
            <li key={`${fired.guard} ${fired.stage}`}>
              <b>{fired.guard}</b> on {fired.stage}: {fired.why}
            </li>
          ))}
        </ul>
      </header>
      <div className="review-body">
        {context.length > 0 && (
          <section aria-label="Conversation" className="review-context">
            {context.map((text, index) => (
              <TextView key={index} text={text} />
            ))}
          </section>
        )}
        <section
          aria-label={review.waits_for === 'answer' ? 'The answer' : 'The request'}
          className="review-content"
        >
          {current.map((text, index) =>
            act === 'edit' && text.is_editable ? (
              <EditField
                key={index}
                text={text}
                value={texts[index] ?? ''}
                isFirst={index === 0}
                onChange={value => setTexts(before => before.map((one, at) => (at === index ? value : one)))}
              />
            ) : (
              <TextView
                key={index}
                text={text}
                {...(shown === undefined &&
                  review.version > 0 && { before: original?.texts[index]?.text ?? '' })}
              />
            ),
          )}
          {isChanged && (
            <div className="review-diff" aria-label="What changes">
              {review.texts.map((text, index) =>
                text.text === texts[index] ? null : (
                  <TextView
                    key={index}
                    text={{ ...text, text: texts[index] ?? '', marks: [] }}
                    before={text.text}
                  />
                ),
              )}
            </div>
          )}
        </section>
        {shown !== undefined && (
          <Notice tone="warn" title="You see it as it is">
            That you looked is in the audit log. It is masked again when you leave this item.
          </Notice>
        )}
        <ReviewHistory review={review} />
        {review.state !== 'pending' && (
          <p>
            <a href={href(`/inferences/${review.inference_id}`)}>The inference</a>
          </p>
        )}
      </div>
      <footer className="review-acts">
        {act === undefined ? (
          <Group gap="xs">
            {mayAct && (
              <>
                <ActButton
                  keyName="a"
                  label="Approve"
                  isPrimary
                  isDisabled={!mayDecide}
                  onClick={() => begin('approve')}
                />
                <ActButton keyName="e" label="Edit" isDisabled={!mayEdit} onClick={() => begin('edit')} />
                <ActButton
                  keyName="r"
                  label="Reject"
                  isDisabled={!mayDecide}
                  onClick={() => begin('reject')}
                />
              </>
            )}
            {mayUnmask && (
              <ActButton keyName="u" label="Unmask" isDisabled={false} onClick={() => begin('unmask')} />
            )}
            {mayAct && review.may_not_because !== null && (
              <span className="reason">{review.may_not_because}</span>
            )}
          </Group>
        ) : (
          <ActForm
            key={act}
            act={act}
            isPending={decide.isPending || edit.isPending || unmask.isPending}
            error={decide.error ?? edit.error ?? unmask.error ?? claim.error}
            onConfirm={confirm}
            onCancel={() => setAct(undefined)}
          />
        )}
      </footer>
    </article>
  )
}

/** An edit is still open to whoever may not approve this version, except to who asked for it. */
function isEditable(review: ReviewDetail): boolean {
  const because = review.may_not_because
  return because === null || because.startsWith('You wrote') || because.startsWith('You have approved')
}

function ActButton(props: {
  readonly keyName: string
  readonly label: string
  readonly isPrimary?: boolean
  readonly isDisabled: boolean
  readonly onClick: () => void
}) {
  return (
    <Button
      variant={props.isPrimary === true ? 'filled' : 'default'}
      disabled={props.isDisabled}
      onClick={props.onClick}
      rightSection={<Kbd size="xs">{props.keyName}</Kbd>}
      aria-keyshortcuts={props.keyName}
    >
      {props.label}
    </Button>
  )
}

/** Who has to stand behind it, who works on it, and what happens when nobody decides. */
function Standing({ review }: { readonly review: ReviewDetail }) {
  const now = useNow()
  const { people, version, claimed_by, on_expire } = review
  if (review.state !== 'pending')
    return (
      <p className="quiet">
        {review.decided_by === null ? 'Nobody decided in time.' : `Decided by ${review.decided_by}.`}
        {version > 0 && review.state === 'edited' && ' What went out is the edited version.'}
        {review.known_answer &&
          ` Its right answer was known: ${review.known_answer.expected}. ${review.known_answer.is_right ? 'You gave it.' : 'You did not give it.'} ${review.known_answer.reason}`}
      </p>
    )
  const expiry = { deny: 'it is refused', release: 'it goes out', 'fallback-message': 'a fallback is said' }[
    on_expire
  ]
  return (
    <p className="quiet">
      {people.needed > 1 && (
        <b>
          {people.have} of {people.needed} people ·{' '}
        </b>
      )}
      {version > 0 && `edited by ${review.versions.at(-1)?.editor ?? 'somebody'} · `}
      {claimed_by !== null && `${claimed_by === 'you' ? 'You have it' : `${claimed_by} has it`} · `}
      if nobody decides {formatRelative(Date.parse(review.expires_at), now)}, {expiry}
    </p>
  )
}
