import type { Price, Usage } from '../../foundation/config/index.ts'
import type { Masked } from '../../govern/privacy/index.ts'
import type { InferenceAlternative, InferenceDecisions } from './decisions.ts'
import type { InferenceVerdict } from './verdict.ts'

/** What was asked for, in the words of the gateway. */
export const inferenceOperations = [
  'chat',
  'completion',
  'embedding',
  'messages',
  'count_tokens',
  'tokenize',
  'responses',
  'moderation',
  'rerank',
  'classification',
  'image',
  'image_edit',
  'image_variation',
  'speech',
  'transcription',
  'translation',
] as const

export type InferenceOperation = (typeof inferenceOperations)[number]

/** One call that was sent for an inference: where, why there, when and how it ended. Milliseconds since it came. */
export interface InferenceAttempt {
  readonly target: string
  readonly model: string
  readonly reason: string
  readonly startMs: number
  readonly alternatives?: readonly InferenceAlternative[] | undefined
  readonly sentMs?: number | undefined
  readonly headersMs?: number | undefined
  readonly firstTokenMs?: number | undefined
  readonly endMs?: number | undefined
  /** `ok`, the code of a failure, or `abandoned` where another was faster. */
  readonly outcome?: string | undefined
  readonly message?: string | undefined
}

/** What one target charged for an inference: more than one where a call was retried, fell back or was hedged. */
export interface InferenceCharge {
  readonly target: string
  /** The name that prices are declared for. */
  readonly model: string
  readonly upstreamModel: string | undefined
  readonly serviceTier: string | undefined
  readonly usage: Usage
  readonly costNanoUsd: number | undefined
  readonly price?: Price | 'upstream' | undefined
  readonly cacheSavedNanoUsd: number | undefined
  readonly isEstimate: boolean
}

/** One request with its response, as recorded. Counts and times always; content only where the service keeps it. */
export interface Inference {
  /** UUIDv7; its time is the start of the request, and says which day partition holds the row. */
  readonly id: string
  readonly requestId: string
  /** W3C trace context, lower-case hex: 32, 16 and 16 digits. */
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly tenant: string
  /** What it belongs to: named by the client or a hash that begins with `~`; unique within the tenant. */
  readonly conversationId?: string | undefined
  /** How its client said that nothing may be learned from it; `undefined` where nobody said it. */
  readonly noTraining?: 'header' | 'store' | undefined
  readonly keyId: string
  readonly service: string
  /** `undefined` where the request failed before a release was picked. */
  readonly release: string | undefined
  /** The rollout that was under way, its step from 0, and the side that it is compared on: `undefined` where it is on none. */
  readonly rollout?: string | undefined
  readonly rolloutStep?: number | undefined
  readonly arm?: string | undefined
  /** A copy of a client's request, answered to nobody. */
  readonly isShadow?: boolean | undefined
  /** `engine:support` or `provider:openai`. */
  readonly target: string | undefined
  readonly upstreamModel: string | undefined
  readonly operation: InferenceOperation
  readonly isStream: boolean
  readonly outcome: 'ok' | 'error' | 'aborted'
  /** The HTTP status the client saw (499 where it left first). */
  readonly status: number
  readonly failureCode: string | undefined
  /** What was wrong, in words fit for the client: no content, no secrets. */
  readonly failureMessage: string | undefined
  readonly finishReason: string | undefined
  readonly usage: Usage | undefined
  /** Nano-dollars; `undefined` means unpriced, which is not the same as 0. */
  readonly costNanoUsd: number | undefined
  /** Who charged what of it; counted, and not stored with it. */
  readonly charges?: readonly InferenceCharge[] | undefined
  /** Nano-dollars that the upstream itself said, whatever is charged. */
  readonly reportedCostNanoUsd?: number | undefined
  /** The tier that the upstream says it served, e.g. `flex`. */
  readonly serviceTier?: string | undefined
  /** The upstream's own id of the answer. */
  readonly upstreamId?: string | undefined
  /** Whether usage and cost are partly a guess, since the upstream never told. */
  readonly isCostEstimate: boolean
  /** How a cache answered it, and what the answer had cost the first time. */
  readonly cache?: 'exact' | 'semantic' | undefined
  readonly savedNanoUsd?: number | undefined
  /** Milliseconds since 1970, and durations in milliseconds with fractions. */
  readonly startedAtMs: number
  readonly latencyMs: number
  readonly timeToFirstTokenMs: number | undefined
  /** From the start to the moment the upstream was called, and to the head of its answer. */
  readonly admittedMs: number | undefined
  readonly upstreamStartMs: number | undefined
  readonly upstreamHeadersMs: number | undefined
  /** In their order; `undefined` where there was one target and one attempt, so nothing was decided. */
  readonly attempts: readonly InferenceAttempt[] | undefined
  /** What else was decided; `undefined` for those recorded before that was kept. */
  readonly decisions?: InferenceDecisions | undefined
  /** The policy that held for it, by its hash, and what its checks said; `undefined` where the service has none. */
  readonly policyHash?: string | undefined
  readonly verdicts?: readonly InferenceVerdict[] | undefined
  /** The hash of the configuration snapshot that decided this request. */
  readonly snapshotHash: string
  /** The gravest of its verdicts: `block`, or `shadow block` where it would have been. */
  readonly verdict?: string | undefined
  readonly content: Masked<InferenceContent> | undefined
}

/** What was asked and answered. */
export interface InferenceContent {
  readonly request: unknown
  readonly response: unknown
}
