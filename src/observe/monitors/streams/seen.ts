import { totalInputTokens, totalOutputTokens } from '../../../foundation/config/index.ts'
import { availabilityOf } from '../../alerts/index.ts'
import type { Inference } from '../../traces/index.ts'

/** What is known of every value, whatever it is of. */
export interface SeenBase {
  /** Of the inference. */
  readonly id: string
  /** When the inference began, in milliseconds since 1970. */
  readonly timeMs: number
  readonly tenant: string
  readonly release?: string | undefined
  /** The side of a rollout that it is on: `baseline` or `candidate`; none where there is no rollout. */
  readonly arm?: string | undefined
}

/** The numbers of an inference that monitors look at; no content. What is `undefined` says nothing. */
export interface SeenInference extends SeenBase {
  readonly isAnswer: boolean
  /** Whether it failed through us or an upstream; `undefined` where the client is to blame or left. */
  readonly isError?: boolean | undefined
  /** The guards that stopped or changed it; `undefined` where none looked. */
  readonly blockedBy?: readonly string[] | undefined
  readonly isRefused?: boolean | undefined
  readonly latencyMs?: number | undefined
  readonly firstTokenMs?: number | undefined
  readonly costUsd?: number | undefined
  readonly inputTokens?: number | undefined
  readonly outputTokens?: number | undefined
  /** Whether texts of it may be looked at. */
  readonly hasContent: boolean
}

/** What a judge or a person said of an inference. */
export interface SeenOpinion extends SeenBase {
  readonly value: number
  /** Which judge, and what it went by; both missing where a person said it. */
  readonly judge?: string | undefined
  readonly judgeHash?: string | undefined
}

export type Watched = Pick<
  Inference,
  | 'id'
  | 'startedAtMs'
  | 'tenant'
  | 'release'
  | 'arm'
  | 'outcome'
  | 'status'
  | 'failureCode'
  | 'finishReason'
  | 'isStream'
  | 'latencyMs'
  | 'timeToFirstTokenMs'
  | 'costNanoUsd'
  | 'usage'
  | 'verdicts'
>

const harmless: ReadonlySet<string> = new Set(['pass', 'flag', 'error', 'timeout'])
const refusing: ReadonlySet<string> = new Set(['content_filter', 'refusal', 'safety'])
const textual: ReadonlySet<string> = new Set(['chat', 'completion', 'messages', 'responses'])

/** Checks, judges and evaluations ask services of ours under names of their own, which no key of a client has. */
export function isOfClients({ keyId }: Pick<Inference, 'keyId'>): boolean {
  return !keyId.includes(':')
}

export function hasTexts(operation: string): boolean {
  return textual.has(operation)
}

export function toSeen(inference: Watched, hasContent: boolean): SeenInference {
  const { finishReason, usage, verdicts, costNanoUsd } = inference
  const isAnswer = inference.outcome === 'ok'
  const availability = availabilityOf(inference)
  return {
    id: inference.id,
    timeMs: Math.round(inference.startedAtMs),
    tenant: inference.tenant,
    release: inference.release,
    ...(inference.arm !== undefined && { arm: inference.arm }),
    isAnswer,
    isError: availability && availability === 'bad',
    blockedBy: verdicts && [
      ...new Set(
        verdicts
          .filter(({ mode, outcome: said }) => mode === 'enforce' && !harmless.has(said))
          .map(({ guard }) => guard),
      ),
    ],
    isRefused: isAnswer ? finishReason !== undefined && refusing.has(finishReason) : undefined,
    latencyMs: isAnswer ? inference.latencyMs : undefined,
    firstTokenMs: isAnswer && inference.isStream ? inference.timeToFirstTokenMs : undefined,
    costUsd: costNanoUsd === undefined ? undefined : costNanoUsd / 1e9,
    inputTokens: usage && totalInputTokens(usage),
    outputTokens: usage && isAnswer ? totalOutputTokens(usage) : undefined,
    hasContent: hasContent && isAnswer,
  }
}
