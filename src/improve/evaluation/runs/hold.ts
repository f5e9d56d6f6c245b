import type { RunReason } from './run.ts'

/** What the one who holds the lease is told while it works. */
export interface Hold {
  readonly owner: string
  /** The run shall end: cancelled by somebody. */
  isCancelWanted(): boolean
  /** Ask nobody any more: the process stops. What is under way is still written. */
  isStopping(): boolean
  /** Aborts where the lease is lost or the process stops at once: nothing may be written any more. */
  readonly signal: AbortSignal
  /** Aborts then too, and where a run that is cancelled waits for answers for too long. */
  readonly askSignal: AbortSignal
}

/** Why nobody is asked any more for now. */
export interface Pause {
  readonly reason: RunReason
  readonly text: string
  /** When it goes on by itself; else somebody has to say so. */
  readonly resumeAt?: Date
}

/** Thrown where somebody would have to be asked and nobody may be. */
export class RunHeld extends Error {}
