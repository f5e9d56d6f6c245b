/** Where the command of a stage runs. Every executor keeps the same contract: `docs/extend/stage.md`. */
import type { StageLimits } from '../stage-kind.ts'

export interface CommandTask {
  /** The attempt: stands in the environment of everything that it starts. */
  readonly id: string
  readonly command: readonly string[]
  /** All of its environment; nothing of the server's beside it. */
  readonly environment: Readonly<Record<string, string>>
  /** Where it works: `spec.json` and `inputs/` lie there, `outputs/` and `metrics.jsonl` come to lie there. */
  readonly folder: string
  readonly limits: StageLimits
  readonly onOutput: (stream: 'out' | 'error', text: string) => void
  /** Aborts when it shall end: it is asked to, and after the grace it is killed with all that it has started. */
  readonly signal: AbortSignal
}

export type CommandEnd =
  | { readonly kind: 'exited'; readonly code: number }
  /** Ended by a signal that was not ours. */
  | { readonly kind: 'killed'; readonly signal: string }
  /** It used more than it may. */
  | { readonly kind: 'limit'; readonly what: 'memory' | 'cpu' | 'disk'; readonly message: string }
  /** The signal has aborted, and nothing of it is left. */
  | { readonly kind: 'stopped' }

export interface Executor {
  /** Resolves when the command has ended and nothing that it started is left. Throws `invalid_request` where there is no such program. */
  run(task: CommandTask): Promise<CommandEnd>
}

/** The variable that marks all processes of an attempt. */
export const attemptVariable = 'SLIPWAY_STAGE_ATTEMPT'
export const folderVariable = 'SLIPWAY_STAGE_FOLDER'
