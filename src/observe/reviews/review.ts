import { createHash } from 'node:crypto'
import type { ReviewExpiry, ReviewPriority } from '../../foundation/config/index.ts'
import { reviewPriorities } from '../../foundation/config/index.ts'
import type { ReviewState } from './review-machine.ts'

/** Something in a text that a check has pointed at; offsets are UTF-16 units. */
export interface ReviewMark {
  readonly start: number
  readonly end: number
  readonly type: string
  /** The entry of the policy that found it; `undefined` where it was only found for masking. */
  readonly guard?: string | undefined
}

/** One text of a conversation or an answer, as people read it. */
export interface ReviewText {
  readonly role: string
  readonly kind: 'text' | 'reasoning' | 'tool_call'
  /** Of the tool that is called, or has answered. */
  readonly name?: string | undefined
  readonly text: string
  readonly marks: readonly ReviewMark[]
}

/** A text of what waits; `at` is where it stands in the content. */
export interface ContentText extends ReviewText {
  readonly at: readonly (string | number)[]
}

/** An entry of the policy that fired. */
export interface FiredGuard {
  readonly guard: string
  readonly check: string
  readonly stage: string
  readonly action: string
  readonly outcome: string
  readonly types: readonly string[]
  readonly why: string
}

/** What the gateway hands over: raw, and masked and sealed before it is written anywhere. */
export interface NewReview {
  readonly inferenceId: string
  readonly requestId: string
  readonly tenant: string
  readonly service: string
  readonly keyId: string
  readonly path: string
  readonly isStream: boolean
  readonly side: ReviewSide
  readonly policy: { readonly name: string; readonly hash: string }
  readonly terms: ReviewTerms
  readonly fired: readonly FiredGuard[]
  readonly context: readonly ReviewText[]
  /** Exactly what is released, as JSON. */
  readonly content: string
  readonly texts: readonly ContentText[]
  /** What the answer is written from later, as JSON. */
  readonly writing: string
  /** The approved request whose answer this is. */
  readonly parentId?: string | undefined
}

export interface ReviewTerms {
  readonly dueMinutes: number
  readonly expireMinutes: number
  readonly onExpire: ReviewExpiry
  readonly fallbackMessage: string
  readonly rejectMessage: string
  readonly fourEyes: boolean
  readonly priority: ReviewPriority
}

export type ReviewSide = 'input' | 'output'

export interface Review {
  readonly id: string
  readonly tenant: string
  readonly service: string
  readonly inferenceId: string
  readonly requestId: string
  readonly keyId: string
  readonly path: string
  readonly isStream: boolean
  readonly side: ReviewSide
  readonly knownAnswerId: string | undefined
  readonly assignedTo: string | undefined
  readonly state: ReviewState
  readonly priority: ReviewPriority
  readonly policy: string
  readonly policyHash: string
  readonly fired: readonly FiredGuard[]
  readonly preview: string
  readonly fourEyes: boolean
  readonly onExpire: ReviewExpiry
  readonly fallbackMessage: string
  readonly rejectMessage: string
  readonly version: number
  readonly contentHash: string
  readonly claimedBy: string | undefined
  readonly claimedAt: Date | undefined
  readonly claimUntil: Date | undefined
  readonly createdAt: Date
  readonly dueAt: Date
  readonly expiresAt: Date
  readonly decidedAt: Date | undefined
  readonly decidedBy: string | undefined
  readonly resultHash: string | undefined
  readonly nextReviewId: string | undefined
}

export interface ReviewVersion {
  readonly version: number
  readonly contentHash: string
  readonly view: readonly ContentText[]
  readonly editor: string | undefined
  readonly createdAt: Date
}

export interface ReviewVote {
  readonly reviewer: string
  readonly version: number
  readonly contentHash: string
  readonly verdict: ReviewVerdict
  readonly rationale: string
  readonly seconds: number
  readonly createdAt: Date
}

export type ReviewVerdict = 'approve' | 'edit' | 'reject'

export interface ReviewEvent {
  readonly id: string
  readonly at: Date
  readonly actor: string
  readonly kind: ReviewEventKind
  readonly state: ReviewState
  readonly note: string | undefined
}

export type ReviewEventKind =
  | 'created'
  | 'claimed'
  | 'let_go'
  | 'edited'
  | 'approved'
  | 'rejected'
  | 'expired'
  | 'unmasked'
  | 'asked_model'
  | 'held_again'
  | 'released'
  | 'content_differs'

export function rankOf(priority: ReviewPriority): number {
  return reviewPriorities.indexOf(priority)
}

/** Of exactly what is released, in hexadecimal. */
export function hashOf(content: string): string {
  return createHash('sha256').update(content).digest('hex')
}

/** Names a reviewer in what leaves the house: the same person always has the same, and it leads to no key. */
export function pseudonymOf(keyId: string): string {
  return `reviewer-${createHash('sha256').update(`slipway reviewer ${keyId}`).digest('hex').slice(0, 12)}`
}
