import type { Database } from '../../../foundation/platform/index.ts'
import type { Principal } from '../../../govern/access/index.ts'
import type { Audit } from '../../../govern/audit/index.ts'
import type { ExampleReviews } from '../../../observe/reviews/index.ts'
import type { AskForLabel } from './ask-service.ts'
import type { Datasets } from '../datasets.ts'

/** What the use cases of labels stand on. */
export interface LabelsContext {
  readonly database: Database
  readonly audit: Audit
  readonly datasets: Datasets
  /** Where people are asked about suspects. */
  readonly examples: ExampleReviews
  /** Asks a service of ours which label a text has. */
  readonly askForLabel: AskForLabel
  /** Whether a key may call a service. */
  readonly mayCall: (principal: Principal, service: string) => boolean
  readonly now: () => number
}
