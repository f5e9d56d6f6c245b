import type { Database, Logger } from '../../foundation/platform/index.ts'
import type { Audit } from '../../govern/audit/index.ts'
import type { KeyRing } from '../../govern/privacy/index.ts'
import type { ModelRegistry, ProofKind } from '../registry/index.ts'
import type { DeclaredRegistry } from './oci/registry-client.ts'
import type { PackagingPorts } from './ports.ts'

/** What the use cases of packaging stand on. */
export interface PackagingContext {
  readonly database: Database
  readonly audit: Audit
  readonly keys: KeyRing
  readonly logger: Logger
  readonly registry: ModelRegistry
  readonly ports: PackagingPorts
  /** The registries that a tenant may send to and take from, by name. */
  readonly registries: (tenant: string) => ReadonlyMap<string, DeclaredRegistry>
  /** Told what happened, for metrics. */
  readonly onChange: (change: PackagingChange) => void
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export type PackagingChange =
  | {
      readonly kind: 'proof'
      readonly proof: ProofKind
      readonly outcome: 'verified' | 'refused' | 'missing'
    }
  | { readonly kind: 'signed' }
  | {
      readonly kind: 'transfer'
      readonly direction: 'in' | 'out'
      readonly outcome: 'ok' | 'error'
      readonly bytes: number
    }
