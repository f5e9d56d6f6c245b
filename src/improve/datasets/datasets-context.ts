import type { Database, Logger, Queryable } from '../../foundation/platform/index.ts'
import type { Audit } from '../../govern/audit/index.ts'
import type { SealedObjects } from '../../govern/privacy/index.ts'
import type { Datasets, PublishGate, RunDataTask } from './datasets.ts'
import type { CheckDefinition } from './definition.ts'
import type { SegmentCache } from './segments/segment-cache.ts'
import type { WorkFolders } from './segments/work-folders.ts'

/** A version that a branch has moved to. */
export interface PublishedVersion {
  readonly tenant: string
  readonly dataset: string
  readonly branch: string
  readonly versionId: string
  readonly number: number
  readonly rows: number
  /** Against the version before it on the branch. */
  readonly added: number
  readonly changed: number
  readonly removed: number
}

/** What the use cases of datasets stand on. */
export interface DatasetsContext {
  readonly database: Database
  readonly audit: Audit
  readonly objects: SealedObjects
  readonly cache: SegmentCache
  readonly folders: WorkFolders
  readonly runTask: RunDataTask
  readonly logger: Logger
  readonly gate: PublishGate | undefined
  readonly checkDefinition: CheckDefinition | undefined
  /** The door itself, for the gate. */
  readonly door: () => Datasets
  readonly onPublished: (
    outcome: 'published' | 'unchanged' | 'refused' | 'conflict',
    storedBytes: number,
  ) => void
  /** Told in the transaction that publishes a version. */
  readonly tellPublished: (transaction: Queryable, version: PublishedVersion) => Promise<void>
  /** Milliseconds since 1970. */
  readonly now: () => number
}
