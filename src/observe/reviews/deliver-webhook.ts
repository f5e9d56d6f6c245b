import { z } from 'zod'
import {
  createId,
  defineJob,
  Failure,
  type Job,
  postOutside,
  type Queryable,
  signWebhook,
} from '../../foundation/platform/index.ts'
import { findDelivery, findRoot, insertDelivery, noteAttempt } from './delivery-store.ts'
import type { Review } from './review.ts'
import { findReview } from './review-store.ts'
import type { ReviewsContext } from './reviews-context.ts'

const schema = z.strictObject({ id: z.string() })
const attempts = 8
const timeoutMs = 10_000

/** Where the decisions of a service are sent, and what signs them; `undefined` where nobody wants to be told. */
export type WebhookOf = (
  service: string,
) => { readonly url: string; readonly secret: string | undefined } | undefined

/** Queues the news of a decision, with the transaction that decides. */
export async function queueWebhook(
  context: ReviewsContext,
  review: Review,
  webhookOf: WebhookOf,
  send: (id: string, transaction: Queryable) => Promise<unknown>,
  transaction: Queryable,
): Promise<void> {
  const webhook = webhookOf(review.service)
  if (!webhook) return
  const delivery = { id: createId(), reviewId: review.id, url: webhook.url, at: new Date(context.now()) }
  await insertDelivery(transaction, delivery)
  await send(delivery.id, transaction)
}

/** Tells whoever asked that it is decided. Nothing of the content is in it: that is read under the caller's key. */
export function deliverReviewWebhook(context: ReviewsContext, webhookOf: WebhookOf): Job<typeof schema> {
  return defineJob({
    name: 'deliver-review-webhook',
    schema,
    retries: attempts - 1,
    concurrency: 4,
    run: async ({ id }, { signal }) => {
      const { database, metrics, settings, now } = context
      const delivery = await findDelivery(database, id)
      if (!delivery || delivery.state !== 'waiting') return
      const review = await findReview(database, delivery.reviewId)
      if (!review) return
      const secret = webhookOf(review.service)?.secret
      const told = await tell()
      const isLast = delivery.attempts + 1 >= attempts
      const state = told.problem === undefined ? 'delivered' : isLast ? 'failed' : 'waiting'
      await noteAttempt(database, id, { state, ...told, at: new Date(now()) })
      metrics.webhooks.inc({ outcome: state === 'waiting' ? 'again' : state })
      if (state === 'waiting') throw new Failure('upstream_error', told.problem ?? '')

      async function tell(): Promise<{ status: number | undefined; problem: string | undefined }> {
        if (secret === undefined || !review || !delivery)
          return { status: undefined, problem: 'There is no secret to sign it with.' }
        const body = JSON.stringify(await payloadOf(context, review))
        const timestampSeconds = Math.floor(now() / 1_000)
        try {
          const status = await postOutside({
            url: delivery.url,
            headers: {
              'content-type': 'application/json',
              'user-agent': 'slipway',
              ...signWebhook(secret, { id, timestampSeconds, body }),
            },
            body,
            timeoutMs,
            mayGoPrivate: settings().allowPrivateWebhooks,
            signal,
          })
          const isTaken = status >= 200 && status < 300
          return { status, problem: isTaken ? undefined : `It was answered ${status}.` }
        } catch (error) {
          return {
            status: undefined,
            problem: error instanceof Failure ? error.message : 'It could not be sent.',
          }
        }
      }
    },
  })
}

async function payloadOf({ database, now }: ReviewsContext, review: Review): Promise<object> {
  const rootId = await findRoot(database, review.id)
  const root = (await findReview(database, rootId)) ?? review
  return {
    type: `review.${review.state}`,
    timestamp: new Date(now()).toISOString(),
    data: {
      review_id: root.id,
      state: review.state,
      tenant: root.tenant,
      service: root.service,
      inference_id: root.inferenceId,
      request_id: root.requestId,
      url: `/v1/reviews/${root.id}`,
    },
  }
}
