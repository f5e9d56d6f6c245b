import type { Database } from '../../../foundation/platform/index.ts'
import type { Audit } from '../../../govern/audit/index.ts'
import type { ExampleReviews } from '../../../observe/reviews/index.ts'
import type { CollectContext } from '../collect/find-examples.ts'
import type { Datasets } from '../datasets.ts'

/** What the use cases of drives stand on. */
export interface DrivesContext {
  readonly database: Database
  readonly audit: Audit
  readonly datasets: Datasets
  /** Where people are asked. */
  readonly examples: ExampleReviews
  /** What traffic may be used, and how it is masked. */
  readonly collect: CollectContext
  readonly now: () => number
}

/** Questions of a drive, among those of reviews. */
export const drivePurpose = 'collection'
