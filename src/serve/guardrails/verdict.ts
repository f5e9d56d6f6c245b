import type { FailureMode, GuardAction } from '../../foundation/config/index.ts'
import type { Stage } from './check.ts'

/**
 * What became of a text, or in `shadow` would have: `flag` is a finding that is only noted. `error` and `timeout` say
 * that the check could not tell; what followed then is in `failed`. Neither is ever a `pass`.
 */
export const verdictOutcomes = [
  'pass',
  'flag',
  'block',
  'mask',
  'replace',
  'retry',
  'fallback',
  'escalate',
  'error',
  'timeout',
] as const

export type VerdictOutcome = (typeof verdictOutcomes)[number]

/** Where something was found, without what it was. */
export interface RecordedFinding {
  readonly type: string
  /** UTF-16 offsets in the text that was looked at. */
  readonly start: number
  readonly end: number
  readonly score: number
  /** HMAC-SHA-256 of what was found under a key of this server, 16 hex digits: the same text has the same. */
  readonly hmac: string
}

/** What one check of the policy said of the texts of one stage of an inference. Holds nothing of the texts. */
export interface Verdict {
  /** The entry of the policy: its `name`, else its check. */
  readonly guard: string
  /** Of what the entry does, whatever its mode. */
  readonly guardHash: string
  readonly check: string
  readonly stage: Stage
  readonly mode: 'shadow' | 'enforce'
  readonly action: GuardAction
  readonly outcome: VerdictOutcome
  /** The first of them; `found` counts all. */
  readonly findings: readonly RecordedFinding[]
  readonly found: number
  /** Texts, and UTF-16 units of them, that it has truly looked at. */
  readonly scannedTexts: number
  readonly scannedChars: number
  /** What it took in all, and when it began, in milliseconds since the request came. */
  readonly durationMs: number
  readonly startMs: number
  /** In words that hold nothing of the texts. */
  readonly why: string
  /** What followed from an `error` or a `timeout`: blocked, let through, or answered by the fallback. */
  readonly failed?: FailureMode | undefined
  readonly policyHash: string
}
