import type { z } from 'zod'
import { expireReview, machineOf, unknownReview } from './decide-review.ts'
import { listDeliveries } from './delivery-store.ts'
import { findKnownAnswer } from './known-answer-store.ts'
import type { Review, ReviewVote } from './review.ts'
import { type ReviewMachine, takeAct } from './review-machine.ts'
import { refusalOf } from './decide-review.ts'
import { findContext, findReview, listEvents, listVersions, listVotes } from './review-store.ts'
import {
  type NameOf,
  type reviewDetailSchema,
  toWireDelivery,
  toWireEvent,
  toWireReview,
  toWireTexts,
  toWireVersion,
  toWireVote,
} from './review-wire.ts'
import type { ReviewCaller, ReviewsContext } from './reviews-context.ts'

type Detail = z.output<typeof reviewDetailSchema>

/** Everything that a reviewer decides with, masked. What others said of it is only told once it is decided. */
export async function readReview(
  context: ReviewsContext,
  id: string,
  caller: ReviewCaller,
  nameOf: NameOf,
): Promise<Detail> {
  const { database, now } = context
  const me = caller.principal.keyId
  let review = await findReview(database, id, { tenant: caller.tenant })
  if (!review || (review.assignedTo !== undefined && review.assignedTo !== me)) throw unknownReview(id)
  if (review.state === 'pending' && review.expiresAt.getTime() <= now()) {
    await expireReview(context, id)
    review = (await findReview(database, id)) ?? review
  }
  const [conversation, versions, votes, events, deliveries, machine] = await Promise.all([
    findContext(database, id),
    listVersions(database, id),
    listVotes(database, id),
    listEvents(database, id),
    listDeliveries(database, id),
    machineOf(database, review),
  ])
  const isOpen = review.state === 'pending'
  const problem = problemOf(review, machine, me, now())
  const current = versions.find(({ version }) => version === review.version)
  const people = machine.approvals.length + (machine.editor === undefined ? 0 : 1)
  return {
    ...toWireReview(review, nameOf, now()),
    context: toWireTexts(conversation),
    texts: toWireTexts(current?.view ?? []),
    versions: versions.map(version => toWireVersion(version, nameOf)),
    people: { needed: review.fourEyes || machine.editor !== undefined ? 2 : 1, have: people },
    may_decide: problem === undefined,
    may_not_because: problem ?? null,
    votes: votes.filter(({ reviewer }) => !isOpen || reviewer === me).map(vote => toWireVote(vote, nameOf)),
    events: events.map(event =>
      toWireEvent(isOpen && event.actor !== me ? { ...event, note: undefined } : event, nameOf),
    ),
    deliveries: deliveries.map(toWireDelivery),
    known_answer: isOpen ? null : await knownAnswerOf(context, review, votes),
  }
}

function problemOf(review: Review, machine: ReviewMachine, me: string, atMs: number): string | undefined {
  const step = takeAct(machine, { kind: 'approve', by: me, hash: review.contentHash, atMs })
  if (step.kind === 'refused') return refusalOf(step.why).message
  const isTaken = review.claimedBy !== undefined && review.claimedBy !== me
  return isTaken && (review.claimUntil?.getTime() ?? 0) > atMs
    ? 'Another reviewer works on this item.'
    : undefined
}

async function knownAnswerOf(
  { database }: ReviewsContext,
  review: Review,
  votes: readonly ReviewVote[],
): Promise<Detail['known_answer']> {
  if (review.knownAnswerId === undefined) return null
  const item = await findKnownAnswer(database, review.knownAnswerId)
  const verdict = votes.at(-1)?.verdict
  return item ? { expected: item.expected, reason: item.reason, is_right: item.expected === verdict } : null
}
