import type { Usage } from '../../foundation/config/index.ts'
import type { Decisions } from './decisions.ts'
import type { Masked, MaskedText } from '../../govern/privacy/index.ts'
import type { NoTraining } from './no-training.ts'
import type { Charge } from './spend.ts'
import type { Operation } from '../providers/index.ts'
import type { Verdict } from '../guardrails/index.ts'
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
  /** What it belongs to; unique within the tenant. */
  readonly conversationId?: string | undefined
  /** How its client said that nothing may be learned from it. */
  readonly noTraining?: NoTraining | undefined
  readonly keyId: string
  readonly service: string
  readonly release: string | undefined
  /** The rollout that was under way, its step from 0, and the side that it is compared on: `undefined` where it is on none. */
  readonly rollout?: string | undefined
  readonly rolloutStep?: number | undefined
  readonly arm?: string | undefined
  /** A copy of a client's request, answered to nobody. */
  readonly isShadow?: boolean | undefined
  readonly target: string | undefined
  readonly upstreamModel: string | undefined
  readonly operation: Operation
  readonly isStream: boolean
  readonly outcome: 'ok' | 'error' | 'aborted'
  readonly status: number
  readonly failureCode: string | undefined
  /** Without what it quotes of the request. */
  readonly failureMessage: MaskedText | undefined
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
  readonly attempts: readonly RecordedAttempt[] | undefined
  /** What else was decided on its way. */
  readonly decisions: Decisions
  readonly snapshotHash: string
  /** The policy that held for it, by its hash; `undefined` where the service has none. */
  readonly policyHash?: string | undefined
  /** What its checks said, one of each check and stage. */
  readonly verdicts?: readonly Verdict[] | undefined
  /** The gravest of them: `block`, or `shadow block` where it would have been; `undefined` where all passed. */
  readonly verdict?: string | undefined
  readonly content: Masked<RecordedContent> | undefined
}

/** What was asked and answered. */
export interface RecordedContent {
  readonly request: unknown
  readonly response: unknown
}

export interface RecordedAttempt extends Omit<AttemptRecord, 'message'> {
  readonly message: MaskedText | undefined
}

/** `content`: what is kept of it once it is masked, where the service says so. */
export type RecordInference = (
  record: InferenceRecord,
  content?: Promise<Masked<RecordedContent> | undefined>,
) => void
