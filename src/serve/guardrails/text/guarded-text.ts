import type { Stage } from '../check.ts'
import type { Guarding } from '../guarding.ts'
import { ArgumentsText } from './arguments-text.ts'
import { PlainText } from './plain-text.ts'

/** Who wrote a text: what the client sent may be given back to it. */
export type Origin = 'client' | 'model'

/** Why a text ends before its end. */
export interface Cut {
  readonly at: number
  /** Whether something was found there, or the check could not tell from there on. */
  readonly because: 'finding' | 'error' | 'timeout'
  readonly guard: string
}

/**
 * A text on its way through the gates of a policy, in one piece or many. Offsets are UTF-16 units of the text as it came.
 * Everything that it says depends on the text alone, and not on how it was cut into pieces.
 */
export interface GuardedText {
  /** All of it that has come. */
  readonly raw: string
  push(piece: string): void
  /** No more will come. */
  end(): void
  /** Lets the gates look at what is new. Synchronous where all of them are. */
  advance(): void | Promise<void>
  /** How much of it may go out. */
  readonly settled: number
  /** Whether nothing about it can change any more. */
  readonly isDone: boolean
  /** Where it ends early, once that is sure: `settled` is then where. */
  readonly cut: Cut | undefined
  /** Whether anything of a part that has settled differs from what came. */
  isChangedIn(from: number, to: number): boolean
  /** A part that has settled, as it goes out. */
  read(from: number, to: number): string
  /** All that has settled, as it may be kept. */
  kept(): string
}

export interface TextOptions {
  readonly guarding: Guarding
  readonly stage: Stage
  readonly origin: Origin
  /** The tool whose arguments it is. */
  readonly tool?: string | undefined
}

/** `json`: arguments of a call, which go out whole and stay valid. */
export function openText(form: 'text' | 'json', options: TextOptions): GuardedText {
  return form === 'json' ? new ArgumentsText(options) : new PlainText(options)
}
