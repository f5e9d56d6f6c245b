import type { ConfigSource } from '../foundation/config/index.ts'
import {
  type Database,
  type Failure,
  type Jobs,
  type Logger,
  type MetricsRegistry,
  type Queryable,
} from '../foundation/platform/index.ts'
import type { Access, Principal } from '../govern/access/index.ts'
import type { Audit } from '../govern/audit/index.ts'
import type { KeyRing } from '../govern/privacy/index.ts'
import {
  createReviews,
  deliverReviewWebhook,
  dropOldReviews,
  expireReviews,
  findReview,
  findWriting,
  listReviewsOfKey,
  queueWebhook,
  type Review,
  runApprovedRequest,
  sealWith,
  type WebhookOf,
} from '../observe/reviews/index.ts'
import { askApproved, createOwnReviews, type Gateway, type ReviewDesk } from '../serve/gateway/index.ts'
import { findPersonal } from './find-personal.ts'

interface ReviewsParts {
  readonly database: Database
  readonly access: Access
  readonly audit: Audit
  readonly jobs: Jobs
  readonly logger: Logger
  readonly registry: MetricsRegistry
  readonly configuration: ConfigSource
  readonly keys: KeyRing
  /** The gateway, which is made after this. */
  readonly gateway: () => Gateway
  readonly authenticate: (request: Request) => Principal
  readonly isPrimary: boolean
}

/** What waits for people: the desk that the gateway gives it to, and what follows from their decisions. */
export function composeReviews(parts: ReviewsParts) {
  const { database, access, audit, jobs, logger, registry, configuration } = parts
  const settings = () => configuration.current().config.reviews
  const webhookOf: WebhookOf = service => {
    const { config, secret } = configuration.current()
    const webhook = Object.hasOwn(config.reviews.webhooks, service)
      ? config.reviews.webhooks[service]
      : undefined
    return webhook && { url: webhook.url, secret: secret(`reviews.webhooks.${service}.secret`) }
  }
  const reviews = createReviews({
    database,
    logger,
    registry,
    audit,
    sealing: sealWith(parts.keys),
    findHidden: findPersonal,
    settings,
    isTelling: parts.isPrimary,
    onDecided: async (review, transaction) => {
      if (waitsForModel(review)) return void (await sendRun(review.id, transaction))
      await queueWebhook(reviews.context, review, webhookOf, sendWebhook, transaction)
    },
  })
  const { context } = reviews

  const running = runApprovedRequest(context, async ({ id, keyId, path, requestId, body }, signal) => {
    const principal = access.principalOf(keyId)
    if (!principal) return JSON.stringify({ kind: 'failed', status: 401, body: refusal })
    const asked = await askApproved(parts.gateway(), { id, path, body, requestId }, principal, signal)
    return asked.kind === 'held' ? undefined : JSON.stringify(asked)
  })
  const delivering = deliverReviewWebhook(context, webhookOf)
  const expiring = expireReviews(context, async id => void (await sendRun(id)))
  const dropping = dropOldReviews(context)
  for (const job of [running, delivering, expiring, dropping]) jobs.register(job)
  jobs.schedule(expiring.name, '* * * * *')
  jobs.schedule(dropping.name, '47 * * * *')

  function sendRun(id: string, transaction?: Queryable) {
    return jobs.send(running.name, { id }, { key: id, ...(transaction && { transaction }) })
  }

  function sendWebhook(id: string, transaction: Queryable) {
    return jobs.send(delivering.name, { id }, { transaction })
  }

  const desk: ReviewDesk = {
    submit: review => reviews.submit(review),
    outcome: id => reviews.outcome(id),
    wait: (id, signal) => reviews.wait(id, signal),
    listOwn: async (keyId, { id, ...filter }) => {
      if (id === undefined) return await listReviewsOfKey(database, keyId, filter)
      const review = await findReview(database, id)
      return review?.keyId === keyId ? [review] : []
    },
    findWriting: id => findWriting(context, id),
  }

  return {
    reviews,
    desk,
    settings,
    serve: createOwnReviews({
      desk,
      authenticate: parts.authenticate,
      onFailure: (failure: Failure, requestId) =>
        logger[failure.kind.level]({ err: failure, requestId }, 'A request failed.'),
      onBug: (error, requestId) => logger.error({ err: error, requestId }, 'A bug broke a request.'),
    }),
  }
}

/** An approved request, before anything has come of it. */
function waitsForModel({ side, state, onExpire, resultHash, nextReviewId }: Review): boolean {
  if (side !== 'input' || resultHash !== undefined || nextReviewId !== undefined) return false
  return state === 'approved' || state === 'edited' || (state === 'expired' && onExpire === 'release')
}

const refusal = JSON.stringify({
  error: {
    message: 'The key that asked for this was revoked or has expired.',
    type: 'invalid_request_error',
    param: null,
    code: 'invalid_api_key',
  },
})
