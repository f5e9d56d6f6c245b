import { z } from 'zod'
import { httpUrl, name, secret } from './parts.ts'

export const reviewPriorities = ['urgent', 'high', 'normal', 'low'] as const
export const reviewExpiries = ['deny', 'release', 'fallback-message'] as const
export const reviewClients = ['wait', 'respond-async'] as const

const minutes = z
  .number()
  .positive()
  .max(60 * 24 * 30)

const terms = {
  client: z
    .enum(reviewClients)
    .describe(
      'What a client gets that does not say: `wait` holds its request, `respond-async` answers 202 at once, with where to ask again. A client says it with `Prefer: respond-async` or `Prefer: wait=SECONDS`.',
    ),
  waitSeconds: z
    .number()
    .min(0)
    .max(3_600)
    .describe(
      'How long a request that is not streamed is held before it is answered 202. Streams are held on.',
    ),
  dueMinutes: minutes.describe('When a person should have decided; the queue is ordered by it.'),
  expireMinutes: minutes.describe('When nobody decides any more and `onExpire` is done.'),
  onExpire: z
    .enum(reviewExpiries)
    .describe(
      'What the client gets when nobody has decided: nothing (`deny`), what was held (`release`), or `fallbackMessage`.',
    ),
  fallbackMessage: z
    .string()
    .min(1)
    .max(4_000)
    .describe('What is said in place of an answer that nobody decided on.'),
  rejectMessage: z
    .string()
    .min(1)
    .max(4_000)
    .describe('What the client is told of an answer that was rejected.'),
  fourEyes: z.boolean().describe('Whether two different reviewers have to approve.'),
  priority: z.enum(reviewPriorities).describe('Its place in the queue.'),
}

/** What a policy may say differently for its own reviews. */
export const reviewTerms = z
  .strictObject(terms)
  .partial()
  .describe(
    'How what this policy escalates waits for a person; `reviews` of the whole installation where left out.',
  )

const webhook = z
  .strictObject({
    url: httpUrl.describe('Where a decision is sent to, by POST.'),
    secret: secret.describe('Signs what is sent: `whsec_` and base64, or any text.'),
  })
  .describe(
    'Told of every decision about an inference of this service, signed and tried again until it is taken.',
  )

export const reviews = z
  .strictObject({
    client: terms.client.default('wait'),
    waitSeconds: terms.waitSeconds.default(60),
    dueMinutes: terms.dueMinutes.default(15),
    expireMinutes: terms.expireMinutes.default(60),
    onExpire: terms.onExpire.default('deny'),
    fallbackMessage: terms.fallbackMessage.default(
      'This answer could not be checked in time. Please ask again later.',
    ),
    rejectMessage: terms.rejectMessage.default('A reviewer has decided that this answer is not given.'),
    fourEyes: terms.fourEyes.default(false),
    priority: terms.priority.default('normal'),
    claimMinutes: z
      .number()
      .positive()
      .max(24 * 60)
      .default(10)
      .describe('How long an item is kept for the reviewer who took it.'),
    knownAnswerPercent: z
      .number()
      .min(0)
      .max(50)
      .default(0)
      .describe(
        'Of what a reviewer gets, how much is an item whose right answer is known; its result is only recorded.',
      ),
    requireTraining: z
      .boolean()
      .default(false)
      .describe('Whether only those decide who have a record of training that has not expired.'),
    allowPrivateWebhooks: z
      .boolean()
      .default(false)
      .describe('Whether webhooks may go to private and local addresses.'),
    webhooks: z
      .record(name, webhook)
      .nullish()
      .transform(value => value ?? {})
      .describe('Where decisions are sent to, by service.'),
    retentionDays: z
      .int()
      .min(1)
      .max(3_650)
      .default(90)
      .describe('Days that a review is kept after it was decided, with its content.'),
  })
  .describe('How what waits for a person is decided.')

export type ReviewsConfig = z.output<typeof reviews>
export type ReviewTermsConfig = z.output<typeof reviewTerms>
export type ReviewPriority = (typeof reviewPriorities)[number]
export type ReviewExpiry = (typeof reviewExpiries)[number]
export type ReviewClient = (typeof reviewClients)[number]
