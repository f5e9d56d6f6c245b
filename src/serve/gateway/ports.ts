import type { Principal } from '../../govern/access/index.ts'
import type { Priority, Usage } from '../../foundation/config/index.ts'
import type { HeldLimit } from '../admission/index.ts'
import type { LimitLeft } from '../dialects/index.ts'
import type { Operation } from '../providers/index.ts'
import type { Place, Target } from '../routing/index.ts'
import type { ServingService } from './serving-snapshot.ts'

/** What admission and the queues are told of a request, before any target is chosen. */
export interface Demand {
  readonly inferenceId: string
  readonly requestId: string
  readonly principal: Principal
  readonly tenant: string
  readonly service: ServingService
  readonly operation: Operation
  readonly isStream: boolean
  readonly priority: Priority
  /** An estimate that errs upwards; counted at its first use. */
  readonly inputTokens: () => number
  /** The most that the answer may have, all choices together; `undefined` where the client sets no bound. */
  readonly maxOutputTokens: number | undefined
  /** How much of the service's time is left. */
  readonly timeLeftMs: () => number
  /** Hashes of the blocks that the prompt begins with; counted at their first use. */
  readonly prefixHashes: () => readonly number[]
  /** The most that such a call can cost at any target it may go to; `undefined` where one of them has no price. */
  readonly worstCaseNanoUsd: (maxOutputTokens: number) => number | undefined
}

/** What was truly used, as far as anybody knows. */
export interface Settlement {
  readonly usage: Usage | undefined
  /** `undefined` where there is no price. */
  readonly costNanoUsd: number | undefined
  /** Whether part of it is our own guess, since the upstream never said. */
  readonly isEstimate: boolean
  readonly target: string | undefined
  readonly model: string | undefined
}

/** Leave to send one request, with its worst case set aside until it is settled. */
export interface Grant {
  /** A bound on the answer that the reservation rests on; sent upstream where the client set none. */
  readonly maxOutputTokens: number | undefined
  /** What the client is told of its limits. */
  headers(): Readonly<Record<string, string>>
  /** What is left of its limits, which each dialect says in headers of its own. */
  limits(): readonly LimitLeft[]
  /** Which limits hold for it, and what was set aside in them. */
  held(): readonly HeldLimit[]
  /** Sets the same aside once more, for another attempt after one that may be charged; `false` where that is not there. */
  again(): Promise<boolean>
  /** Exactly once, however the request ended. */
  settle(settlement: Settlement): void
}

/** Throws a `Failure` where a limit or a budget is reached. Memory only, unless it has to wait for its share. */
export type Admit = (demand: Demand) => Grant | Promise<Grant>

/** A place at a target; `undefined` where it takes any number. Throws a `Failure` where waiting is in vain. */
export type EnterQueue = (
  target: Target,
  demand: Demand,
  signal: AbortSignal,
) => Place | Promise<Place> | undefined

export type { Burst, ServiceTraffic, Traffic } from '../traffic/index.ts'
