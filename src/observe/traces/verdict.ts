/** What one check of the policy said of one kind of text; nothing of the text itself. */
export interface InferenceVerdict {
  readonly guard: string
  readonly guardHash: string
  readonly check: string
  readonly stage: string
  readonly mode: 'shadow' | 'enforce'
  readonly action: string
  readonly outcome: string
  readonly findings: readonly {
    readonly type: string
    readonly start: number
    readonly end: number
    readonly score: number
    readonly hmac: string
  }[]
  readonly found: number
  readonly scannedTexts: number
  readonly scannedChars: number
  readonly durationMs: number
  readonly startMs: number
  readonly why: string
  readonly failed?: 'closed' | 'open' | 'fallback' | undefined
  readonly policyHash: string
}
