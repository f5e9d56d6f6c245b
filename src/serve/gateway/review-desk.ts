import type { ReviewPriority } from '../../foundation/config/index.ts'

/** Something in a text that a check has pointed at; offsets are UTF-16 units. */
export interface HeldMark {
  readonly start: number
  readonly end: number
  readonly type: string
  readonly guard: string
}

/** One text that a person reads before deciding. */
export interface HeldText {
  readonly role: string
  readonly kind: 'text' | 'reasoning' | 'tool_call'
  /** Of the tool that is called, or has answered. */
  readonly name?: string | undefined
  readonly text: string
  readonly marks: readonly HeldMark[]
}

/** What waits for a person, as it is: whoever takes it masks and seals it before it is written anywhere. */
export interface ReviewRequest {
  readonly inferenceId: string
  readonly requestId: string
  readonly tenant: string
  readonly service: string
  /** Who asked, and so may not approve. */
  readonly keyId: string
  /** The path that was asked. */
  readonly path: string
  readonly isStream: boolean
  /** `input`: a request, with which the model is asked when it is approved. `output`: an answer. */
  readonly side: 'input' | 'output'
  readonly policy: { readonly name: string; readonly hash: string }
  readonly terms: {
    readonly dueMinutes: number
    readonly expireMinutes: number
    readonly onExpire: 'deny' | 'release' | 'fallback-message'
    readonly fallbackMessage: string
    readonly rejectMessage: string
    readonly fourEyes: boolean
    readonly priority: ReviewPriority
  }
  readonly fired: readonly {
    readonly guard: string
    readonly check: string
    readonly stage: string
    readonly action: string
    readonly outcome: string
    readonly types: readonly string[]
    readonly why: string
  }[]
  /** What was said before. */
  readonly context: readonly HeldText[]
  /** Exactly what goes on where it is approved, as JSON: an approval is of its SHA-256. */
  readonly content: string
  /** The texts of it that a person decides on and may change, and where each stands in it. */
  readonly texts: readonly (HeldText & { readonly at: readonly (string | number)[] })[]
  /** What the answer is written from when somebody asks for it later, as JSON. */
  readonly writing: string
  /** The approved request whose answer this is: it hangs on this one from now on. */
  readonly parentId?: string | undefined
}

export type ReviewOutcome =
  | { readonly kind: 'pending'; readonly id: string; readonly expiresAt?: Date }
  /** What was approved, to the byte: its hash has just been compared. Of an approved request, what came of it. */
  | {
      readonly kind: 'content'
      readonly content: string
      readonly how: 'approved' | 'edited' | 'expired'
    }
  | { readonly kind: 'message'; readonly message: string }
  | { readonly kind: 'refused'; readonly why: 'rejected' | 'expired'; readonly message: string }

/** A review as the one who asked may see it. */
export interface OwnReview {
  readonly id: string
  readonly state: 'pending' | 'approved' | 'edited' | 'rejected' | 'expired'
  readonly side: 'input' | 'output'
  readonly service: string
  readonly inferenceId: string
  readonly requestId: string
  readonly path: string
  readonly createdAt: Date
  readonly dueAt: Date
  readonly expiresAt: Date
  readonly decidedAt: Date | undefined
}

/** Where people decide. Everything that it is given is durable when it answers; `observe/reviews` is behind it. */
export interface ReviewDesk {
  submit(request: ReviewRequest): Promise<{ readonly id: string; readonly dueAt: Date }>
  /** `undefined` where there is no such review. */
  outcome(id: string): Promise<ReviewOutcome | undefined>
  /** Resolves when it is decided, and answered where a request waited; `pending` when the signal aborts first. */
  wait(id: string, signal: AbortSignal): Promise<ReviewOutcome | undefined>
  /** Those of a key, newest first. */
  listOwn(
    keyId: string,
    filter: {
      readonly id?: string | undefined
      readonly requestId?: string | undefined
      readonly inferenceId?: string | undefined
    },
  ): Promise<readonly OwnReview[]>
  /** What an answer is written from, as it was handed in. */
  findWriting(id: string): Promise<string | undefined>
}
