import type { z } from 'zod'

/** What a text is to the inference that it belongs to. */
export type Stage =
  /** What the client's messages say: system, user and earlier assistant turns. */
  | 'input'
  /** What was retrieved or came out of a tool: text that nobody of ours wrote. */
  | 'context'
  /** The arguments of a tool call, as text. */
  | 'tool_call'
  | 'reasoning'
  | 'output'

/** What a check costs: `deterministic` takes microseconds in this process, `judge` is never waited for. */
export type CostClass = 'deterministic' | 'local' | 'model' | 'judge'

/** What can be said of a check without running it. */
export interface CheckManifest<Parameters = unknown> {
  /** In kebab case: `personal-data`. */
  readonly name: string
  /** One sentence for the console and the documents. */
  readonly description: string
  readonly stages: readonly Stage[]
  /** Becomes JSON Schema in the reference; unknown parameters are refused. */
  readonly parameters: z.ZodType<Parameters>
  /**
   * How a stream is held back for it. A number: no finding is longer than it, in UTF-16 units, and whether `[start, end)` is a
   * finding depends on nothing outside of `[start - maxSpan, end + maxSpan)`. `sentence` or `whole`: it needs that much.
   */
  readonly maxSpan: number | 'sentence' | 'whole'
  readonly cost: CostClass
}

/** One text to look at. Offsets are UTF-16 units of `text`. */
export interface Scan {
  readonly text: string
  readonly stage: Stage
  /** What the text is about, for checks that compare: the last question, and the documents that it should rest on. */
  readonly question?: string | undefined
  readonly documents?: readonly string[] | undefined
  /** The name of the tool that is called, where the text is its arguments. */
  readonly tool?: string | undefined
  /** The configured service that is asked for it, for checks that ask a model. */
  readonly service: string
  readonly tenant: string
}

/** One thing that was found. Never holds the text itself: that may be what must not be written down. */
export interface Finding {
  readonly start: number
  readonly end: number
  /** In upper snake case: `EMAIL_ADDRESS`, `AWS_ACCESS_KEY`, `PROMPT_INJECTION`. */
  readonly type: string
  /** From 0 to 1; 1 where a check digit or the like proves it. */
  readonly score: number
  /** Why, in words that hold nothing of the text. */
  readonly reason?: string | undefined
}

/** A check with its parameters, ready to run. */
export interface Check {
  /** Sorted by `start`, without overlap. Synchronous for `deterministic` checks. Throws where it cannot tell. */
  scan(scan: Scan, signal: AbortSignal): readonly Finding[] | Promise<readonly Finding[]>
  /**
   * For a stream: where in `text` a finding may have begun that text still to come would complete; `text.length` where none
   * has. What stands before it may be released at once. Without it, the last `2 * maxSpan` are held.
   */
  openFrom?(text: string): number
}

/** Makes a check of its parameters: compiles lists and patterns once. `Ports` is what it needs from outside, if anything. */
export interface CheckKind<Parameters = unknown, Ports = void> {
  readonly manifest: CheckManifest<Parameters>
  create(parameters: Parameters, ports: Ports): Check
}
