import type { ReviewsConfig } from '../../foundation/config/index.ts'
import type { Database, Logger, MetricsRegistry, Queryable } from '../../foundation/platform/index.ts'
import type { Audit } from '../../govern/audit/index.ts'
import { askAboutExamples } from './examples/ask-about-examples.ts'
import { type ExampleDecision, readExampleDecisions } from './examples/example-decisions.ts'
import type {
  ExamplePurpose,
  ExampleState,
  ExampleTerms,
  NewExampleReview,
} from './examples/example-review.ts'
import { countExamples, countPendingExamples, withdrawPending } from './examples/example-store.ts'
import type { FindHidden } from './masked-view.ts'
import type { NewReview, Review } from './review.ts'
import { createReviewMetrics } from './review-metrics.ts'
import { createReviewNews, type ReviewNews } from './review-news.ts'
import { type ReviewOutcome, readOutcome } from './review-outcome.ts'
import { countPending } from './review-store.ts'
import type { ReviewsContext } from './reviews-context.ts'
import type { Sealing } from './sealing.ts'
import { submitReview } from './submit-review.ts'

export interface Reviews {
  /** For routes and jobs. */
  readonly context: ReviewsContext
  /** Durable when it resolves. */
  submit(review: NewReview): Promise<Review>
  /** What the client gets now. `undefined` where there is no such review. */
  outcome(id: string): Promise<ReviewOutcome | undefined>
  /** What the client gets once it is decided, and answered where a request waited; `pending` when the signal aborts first. */
  wait(id: string, signal: AbortSignal): Promise<ReviewOutcome | undefined>
  readonly news: ReviewNews
  readonly examples: ExampleReviews
  stop(): Promise<void>
}

interface ExampleSubject {
  readonly tenant: string
  readonly purpose: ExamplePurpose
  readonly subject: string
}

/** Questions to people about rows of data, for domains that ask them and do something with the answers. */
export interface ExampleReviews {
  /** Durable when it resolves; one that was asked before is not asked again. */
  ask(
    terms: ExampleTerms,
    questions: readonly NewExampleReview[],
  ): Promise<{ readonly asked: number; readonly known: number }>
  /** What was decided so far, in the order in which it was asked. */
  decisions(asked: ExampleSubject): Promise<ExampleDecision[]>
  count(asked: ExampleSubject): Promise<Record<ExampleState, number>>
  /** Ends what waits; how many it was. */
  withdraw(asked: ExampleSubject): Promise<number>
}

export interface ReviewsOptions {
  readonly database: Database
  readonly logger: Logger
  readonly registry: MetricsRegistry
  readonly audit: Audit
  readonly sealing: Sealing
  readonly findHidden: FindHidden
  readonly settings: () => ReviewsConfig
  readonly onDecided: (review: Review, transaction: Queryable) => Promise<void>
  /** Whether this process tells what all processes of the server share. */
  readonly isTelling?: boolean
  readonly now?: () => number
  readonly random?: () => number
}

/** How late a decision is seen at the latest where the news of it was lost. */
const lookAgainMs = 15_000

export function createReviews(options: ReviewsOptions): Reviews {
  const { database, registry, now = Date.now, random = Math.random, isTelling = true, ...rest } = options
  const logger = options.logger.child({ part: 'reviews' })
  const metrics = createReviewMetrics(
    registry,
    isTelling
      ? async () => {
          const counts = await countPending(database)
          const services = Map.groupBy(counts, ({ service }) => service)
          return [...services].map(([service, rows]) => ({
            service,
            count: rows.reduce((sum, { count }) => sum + count, 0),
            oldestSeconds: Math.max(...rows.map(({ oldest }) => (now() - oldest.getTime()) / 1_000)),
          }))
        }
      : undefined,
    isTelling ? () => countPendingExamples(database) : undefined,
  )
  const context: ReviewsContext = { ...rest, database, logger, metrics, now, random }
  const news = createReviewNews({ database, logger })

  return {
    context,
    news,
    examples: {
      ask: (terms, questions) => askAboutExamples(context, terms, questions),
      decisions: asked => readExampleDecisions(context, asked),
      count: asked => countExamples(database, asked),
      withdraw: async asked => {
        const count = await withdrawPending(database, asked, new Date(now()))
        if (count > 0) metrics.examples.inc({ purpose: asked.purpose, state: 'withdrawn' }, count)
        return count
      },
    },
    submit: review => submitReview(context, review),
    outcome: id => readOutcome(context, id),
    async wait(id, signal) {
      let isNews = true
      let wake = (): void => {}
      const ends = new Map<string, () => void>()
      const hear = (): void => {
        isNews = true
        wake()
      }
      signal.addEventListener('abort', hear)
      const follow = (on: string): void => {
        if (!ends.has(on)) ends.set(on, news.onNews(on, hear))
      }
      follow(id)
      try {
        for (;;) {
          isNews = false
          const outcome = await readOutcome(context, id)
          if (outcome?.kind !== 'pending' || signal.aborted) return outcome
          follow(outcome.id)
          if (isNews) continue
          await new Promise<void>(resolve => {
            const leftMs = (outcome.expiresAt?.getTime() ?? Infinity) - now()
            const timer = setTimeout(resolve, Math.max(1, Math.min(lookAgainMs, leftMs)))
            wake = () => {
              clearTimeout(timer)
              resolve()
            }
          })
        }
      } finally {
        signal.removeEventListener('abort', hear)
        for (const end of ends.values()) end()
      }
    },
    stop: () => news.close(),
  }
}
