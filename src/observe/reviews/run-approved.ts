import { createId } from '../../foundation/platform/index.ts'
import { systemActor } from '../../govern/audit/index.ts'
import { hashOf } from './review.ts'
import { openExact } from './review-outcome.ts'
import { announce, claimRun, insertEvent, keepResult } from './review-store.ts'
import type { ReviewsContext } from './reviews-context.ts'

/** Asks the model with an approved request; resolves with what came of it as JSON, or `undefined` where that waits again. */
export type AskModel = (
  approved: {
    readonly id: string
    readonly keyId: string
    readonly path: string
    readonly requestId: string
    readonly body: string
  },
  signal: AbortSignal,
) => Promise<string | undefined>

const leaseMs = 30_000

/**
 * Takes an approved request to the model, and stores what came of it. One process at a time; where it dies before there
 * is an answer, another asks again, and never after.
 */
export async function runApproved(
  context: ReviewsContext,
  id: string,
  ask: AskModel,
  signal: AbortSignal,
): Promise<void> {
  const { database, audit, sealing, now } = context
  const owner = createId()
  const leaseOf = (): { from: Date; until: Date } => ({
    from: new Date(now()),
    until: new Date(now() + leaseMs),
  })
  const review = await claimRun(database, id, owner, leaseOf())
  if (!review) return
  const renewing = setInterval(() => {
    claimRun(database, id, owner, leaseOf()).catch(() => undefined) // the lease outlives a lost beat
  }, leaseMs / 3)
  try {
    const body = await openExact(context, review)
    const { keyId, path, requestId, tenant } = review
    const result = await ask({ id, keyId, path, requestId, body }, signal)
    if (result === undefined) return
    const sealed = await sealing.seal(tenant, [id, 'result'], result)
    await database.transaction(async transaction => {
      if (!(await keepResult(transaction, id, owner, { sealed, hash: hashOf(result) }))) return
      await insertEvent(transaction, id, {
        id: createId(),
        at: new Date(now()),
        actor: 'system',
        kind: 'asked_model',
        state: review.state,
        note: undefined,
      })
      await audit.record(
        {
          actor: systemActor('reviews'),
          action: 'review:run',
          subject: `review:${id}`,
          tenant,
          after: { state: review.state, contentHash: review.contentHash, resultHash: hashOf(result) },
        },
        transaction,
      )
      await context.onDecided({ ...review, resultHash: hashOf(result) }, transaction)
      await announce(transaction, { id, tenant, state: review.state, what: 'asked_model' })
    })
  } finally {
    clearInterval(renewing)
  }
}
