import type { Database, Logger } from '../../../foundation/platform/index.ts'
import type { Audit } from '../../../govern/audit/index.ts'
import type { DriftPorts } from '../ports.ts'

export interface DriftSettings {
  /** Of either sample. */
  readonly mostRows: number
  /** The same where texts are read. */
  readonly mostTexts: number
  readonly retentionDays: number
}

export interface DriftContext {
  readonly database: Database
  readonly audit: Audit
  readonly logger: Logger
  readonly ports: DriftPorts
  readonly settings: () => DriftSettings
  /** With how long it took to make, where it was made. */
  readonly onEnd: (state: 'succeeded' | 'failed' | 'cancelled', seconds?: number) => void
}
