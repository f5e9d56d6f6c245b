import type { Database, Logger, Queryable } from '../../foundation/platform/index.ts'
import type { Audit } from '../../govern/audit/index.ts'
import type { SealedObjects } from '../../govern/privacy/index.ts'
import type { RegistryPorts } from './ports.ts'

/** An alias that names another version. */
export interface AliasMove {
  /** The same for the same move. */
  readonly id: string
  readonly tenant: string
  readonly model: string
  readonly alias: string
  readonly number: number
  readonly previous: number | undefined
  readonly digest: string
  readonly author: string
  readonly reason: string
}

/** What the use cases of the registry stand on. */
export interface RegistryContext {
  readonly database: Database
  readonly audit: Audit
  readonly objects: SealedObjects
  readonly logger: Logger
  readonly ports: RegistryPorts
  /** Told what happened, for metrics. */
  readonly onChange: (change: RegistryChange) => void
  /** Told in the transaction that moves an alias. */
  readonly tellMoved: (transaction: Queryable, move: AliasMove) => Promise<void>
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export type RegistryChange =
  | { readonly kind: 'version'; readonly outcome: 'new' | 'same'; readonly format: string }
  | { readonly kind: 'alias'; readonly outcome: 'moved' | 'refused' | 'conflict' | 'deleted' }
  | { readonly kind: 'decision'; readonly outcome: 'approved' | 'rejected' }
  | { readonly kind: 'serving'; readonly outcome: 'refused' }
  | { readonly kind: 'stored'; readonly bytes: number }

/** Told by Postgres when an alias has moved: `TENANT/NAME`. */
export const aliasChannel = 'slipway_model_aliases'
