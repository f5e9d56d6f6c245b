import type { ReviewsConfig } from '../../foundation/config/index.ts'
import type { Database, Logger, Queryable } from '../../foundation/platform/index.ts'
import type { Principal } from '../../govern/access/index.ts'
import type { Audit } from '../../govern/audit/index.ts'
import type { FindHidden } from './masked-view.ts'
import type { Review } from './review.ts'
import type { ReviewMetrics } from './review-metrics.ts'
import type { Sealing } from './sealing.ts'

/** What the use cases of reviews stand on. */
export interface ReviewsContext {
  readonly database: Database
  readonly audit: Audit
  readonly logger: Logger
  readonly metrics: ReviewMetrics
  readonly sealing: Sealing
  readonly findHidden: FindHidden
  readonly settings: () => ReviewsConfig
  /**
   * Called within the transaction that decides, and once more where an approved request has been answered: what follows
   * is queued there, or not at all.
   */
  readonly onDecided: (review: Review, transaction: Queryable) => Promise<void>
  readonly now: () => number
  /** From 0 to 1; decides who gets an item whose answer is known. */
  readonly random: () => number
}

/** Who acts, within which tenant they may act (`undefined` is any), and in which request. */
export interface ReviewCaller {
  readonly principal: Principal
  readonly requestId: string
  readonly tenant: string | undefined
}
