/** Who wants to go to a target, and with what. */
export interface Entrant {
  readonly tenant: string
  /** Its share against others'; above 0. */
  readonly weight: number
  readonly priority: 'interactive' | 'standard' | 'batch'
  /** As far as can be told before the target counts them. */
  readonly inputTokens: number
  readonly expectedOutputTokens: number
  /** Hashes of the blocks that its prompt begins with, each covering all before it; for `locality`. */
  readonly prefix?: readonly number[]
  /** Whether `progress` will be told of its first token. */
  readonly isStream?: boolean
  /** How long the client will still wait for a place. */
  readonly deadlineMs?: number
}

export interface UsedTokens {
  /** All of the prompt, cached or not. */
  readonly inputTokens: number
  readonly outputTokens: number
}

/** A place among the requests under way at a target. */
export interface Slot {
  /** Tokens of the answer so far, all together: what goes beyond what was expected is charged as it comes. */
  progress(outputTokens: number): void
  /**
   * The request is over; the next may go. Call it once, later calls do nothing. `used` is what the target counted;
   * without it the tenant is charged with what was seen to come, or with what was expected where nothing was.
   */
  leave(used: UsedTokens | undefined): void
}
