import { Failure } from '../../../foundation/platform/index.ts'
import { actorOf } from '../../../govern/access/index.ts'
import { announce } from '../review-store.ts'
import { assertMayReview } from '../reviewer.ts'
import type { ReviewCaller, ReviewsContext } from '../reviews-context.ts'
import { decisionOf, type ExamplePurpose, type ExampleReview } from './example-review.ts'
import {
  claimExample,
  findExample,
  insertAnswer,
  letExampleGo,
  listAnswers,
  moveExample,
} from './example-store.ts'

/** Takes the most urgent question that this reviewer has not answered, or the one that is named. */
export async function takeExample(
  context: ReviewsContext,
  filter: {
    readonly id?: string | undefined
    readonly purpose?: ExamplePurpose | undefined
    readonly subject?: string | undefined
  },
  caller: ReviewCaller,
): Promise<ExampleReview | undefined> {
  await assertMayReview(context, caller)
  const from = new Date(context.now())
  const until = new Date(from.getTime() + context.settings().claimMinutes * 60_000)
  return await claimExample(
    context.database,
    {
      id: filter.id,
      purpose: filter.purpose,
      subject: filter.subject,
      tenant: caller.tenant,
      reviewer: caller.principal.keyId,
    },
    { from, until },
  )
}

/** Gives it back to the others. */
export async function releaseExample(
  context: ReviewsContext,
  id: string,
  caller: ReviewCaller,
): Promise<void> {
  const example = await findExample(context.database, id, { tenant: caller.tenant })
  if (!example) throw unknownExample(id)
  await letExampleGo(context.database, id, caller.principal.keyId)
}

/**
 * Says what one person thinks of it. With the last of those who have to answer it is decided: by more than half of them,
 * or by nobody where they differ.
 */
export async function answerExample(
  context: ReviewsContext,
  said: {
    readonly id: string
    /** `undefined`: it cannot be told. */
    readonly answer: string | undefined
    readonly note: string | undefined
  },
  caller: ReviewCaller,
): Promise<ExampleReview> {
  const { database, audit, sealing, metrics, now } = context
  await assertMayReview(context, caller)
  const by = caller.principal.keyId
  const at = new Date(now())
  const known = await findExample(database, said.id, { tenant: caller.tenant })
  if (!known) throw unknownExample(said.id)
  checkAnswer(known, said.answer)
  const isText = known.choices === undefined
  const sealed =
    isText && said.answer !== undefined
      ? await sealing.seal(known.tenant, ['example', said.id, by], said.answer)
      : undefined
  const after = await database.transaction(async transaction => {
    const example = await findExample(transaction, said.id, { tenant: caller.tenant, isLocking: true })
    if (!example) throw unknownExample(said.id)
    if (example.state !== 'pending')
      throw conflict(
        'already_decided',
        example.state === 'decided' ? 'This is decided already.' : 'This is no longer asked.',
      )
    const { claimedBy, claimUntil } = example
    if (claimedBy !== undefined && claimedBy !== by && (claimUntil?.getTime() ?? 0) > at.getTime())
      throw conflict('claimed', 'Another reviewer works on this item. Take the next one.')
    const isFirst = await insertAnswer(transaction, said.id, {
      reviewer: by,
      answer: isText ? undefined : said.answer,
      sealed,
      note: said.note,
      seconds: Math.max(0, at.getTime() - (example.claimedAt ?? at).getTime()) / 1_000,
      createdAt: at,
    })
    if (!isFirst) throw conflict('already_answered', 'You have answered this already; somebody else has to.')
    const answers = (await listAnswers(transaction, [said.id])).map(({ answer }) => answer)
    const isDecided = answers.length >= example.people
    const to = {
      state: isDecided ? ('decided' as const) : ('pending' as const),
      answer: isDecided && !isText ? decisionOf(answers, example.people) : undefined,
      decidedAt: isDecided ? at : undefined,
    }
    await moveExample(transaction, said.id, to)
    await audit.record(
      {
        actor: actorOf(caller.principal),
        action: 'review:answer',
        subject: `example-review:${said.id}`,
        tenant: example.tenant,
        requestId: caller.requestId,
        // which answer it was is content, and is kept with the review
        after: { state: to.state, purpose: example.purpose, isTold: said.answer !== undefined },
      },
      transaction,
    )
    await announce(transaction, {
      id: said.id,
      tenant: example.tenant,
      state: to.state,
      what: 'example_answered',
    })
    return await findExample(transaction, said.id)
  })
  if (!after) throw unknownExample(said.id)
  if (after.state === 'decided')
    metrics.examples.inc({
      purpose: after.purpose,
      state: isText || after.answer !== undefined ? 'decided' : 'undecided',
    })
  return after
}

function checkAnswer({ choices }: ExampleReview, answer: string | undefined): void {
  if (answer === undefined || choices === undefined || choices.includes(answer)) return
  throw new Failure(
    'invalid_request',
    `answer: must be one of ${choices.map(choice => `\`${choice}\``).join(', ')}, or null where it cannot be told`,
    { details: { parameter: 'answer' } },
  )
}

export function unknownExample(id: string): Failure {
  return new Failure(
    'not_found',
    `There is no question ${id.slice(0, 100)}. It may be past retention, or belong to a tenant that this key does not reach.`,
  )
}

function conflict(reason: string, message: string): Failure {
  return new Failure('conflict', message, { details: { reason } })
}
