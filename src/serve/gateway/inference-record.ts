import type { Usage } from '../../foundation/config/index.ts'
import type { Charge } from './spend.ts'
import type { Operation } from '../providers/index.ts'
import type { AttemptRecord } from '../routing/index.ts'

/**
 * What the gateway says of a request when it has ended, however it ended. The recorder is handed in by the
 * composition root; it must not block, throw or touch anything but memory.
 */
export interface InferenceRecord {
  readonly id: string
  readonly requestId: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly tenant: string
  readonly keyId: string
  readonly service: string
  readonly release: string | undefined
  readonly target: string | undefined
  readonly upstreamModel: string | undefined
  readonly operation: Operation
  readonly isStream: boolean
  readonly outcome: 'ok' | 'error' | 'aborted'
  readonly status: number
  readonly failureCode: string | undefined
  readonly failureMessage: string | undefined
  readonly finishReason: string | undefined
  readonly usage: Usage | undefined
  readonly costNanoUsd: number | undefined
  /** Whether usage and cost are partly a guess of ours: an upstream that broke off or was left never told. */
  readonly isCostEstimate: boolean
  /** How a cache of ours answered it, and what that had cost the first time; nothing was sent then. */
  readonly cache?: 'exact' | 'semantic' | undefined
  readonly savedNanoUsd?: number | undefined
  /** What each attempt was charged. */
  readonly charges?: readonly Charge[]
  readonly reportedCostNanoUsd?: number | undefined
  readonly serviceTier?: string | undefined
  readonly upstreamId?: string | undefined
  readonly startedAtMs: number
  readonly latencyMs: number
  readonly timeToFirstTokenMs: number | undefined
  /** When limits and budgets had let it through, in milliseconds since it came. */
  readonly admittedMs: number | undefined
  readonly upstreamStartMs: number | undefined
  readonly upstreamHeadersMs: number | undefined
  /** Every call that was sent for it, in their order, with why; `undefined` where nothing was decided. */
  readonly attempts: readonly AttemptRecord[] | undefined
  readonly snapshotHash: string
  readonly content: { readonly request: unknown; readonly response: unknown } | undefined
}

export type RecordInference = (record: InferenceRecord) => void
