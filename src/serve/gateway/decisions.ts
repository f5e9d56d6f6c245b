import type { TrafficDecision } from './assignment.ts'
import type { Priority } from '../../foundation/config/index.ts'
import type { Role } from '../../govern/access/index.ts'
import type { HeldLimit } from '../admission/index.ts'
import type { MissReason } from '../cache/index.ts'

/** Why a cache that the service has was not looked into. */
export type CacheSkipReason =
  /** The client wants nothing kept, or several answers; the cache is not for this tenant, or for this operation. */
  'no_store' | 'several_answers' | 'other_tenant' | 'operation'

export interface CacheDecision {
  readonly startMs: number
  readonly endMs: number
  readonly how: 'exact' | 'semantic' | 'miss' | 'skipped'
  readonly why?: MissReason | CacheSkipReason | undefined
  readonly ageSeconds?: number | undefined
  /** Of the two questions, where they were compared by meaning. */
  readonly similarity?: number | undefined
}

/**
 * What was decided of an inference on its way and is said nowhere else in its record. Written down as it happens: times
 * are milliseconds since the request came, everything else is a reference to what is there anyway.
 */
export interface Decisions {
  /** When its body was read, its key known and its service found. */
  readonly readMs: number
  readonly role: Role
  /** Whether the key names its services. */
  readonly isListed: boolean
  priority?: Priority
  /** When limits and budgets were asked. */
  askedMs?: number
  limits?: readonly HeldLimit[]
  /** The bound on the answer that a budget made us set. */
  boundOutputTokens?: number | undefined
  cache?: CacheDecision
  /** When a target was looked for. */
  routedMs?: number | undefined
  /** Which release it fell to, where a rollout is under way. */
  traffic?: TrafficDecision
  /** Retries and hedges that a budget denied. */
  denied?: { readonly kind: string; readonly atMs: number }[]
}
