/** Where the command of a stage runs. Every executor keeps the same contract: `docs/extend/stage.md`. */
import type { CacheBasis, StageLimits } from '../stage-kind.ts'

export interface CommandTask {
  /** What it is for, the same in every attempt. */
  readonly work: string
  readonly tenant: string
  /** For people: pipeline, run, stage. */
  readonly about: Readonly<Record<string, string>>
  /** Of a container; nothing of it holds for a process of this machine. */
  readonly image: string | undefined
  /** The attempt: stands in the environment of everything that it starts. */
  readonly id: string
  readonly command: readonly string[]
  /** All of its environment beside `secrets`; nothing of the server's. */
  readonly environment: Readonly<Record<string, string>>
  readonly secrets: Readonly<Record<string, string>>
  /** Where it works: `spec.json` and `inputs/` lie there, `outputs/` and `metrics.jsonl` come to lie there. */
  readonly folder: string
  readonly limits: StageLimits
  /** What became of it, for people. */
  readonly onNote: (text: string) => void
  readonly onOutput: (stream: 'out' | 'error', text: string) => void
  /** Aborts when it shall end: it is asked to, and after the grace it is killed with all that it has started. */
  readonly signal: AbortSignal
}

export type CommandEnd =
  | { readonly kind: 'exited'; readonly code: number }
  /** Ended by a signal that was not ours. */
  | { readonly kind: 'killed'; readonly signal: string }
  /** It used more than it may. */
  | { readonly kind: 'limit'; readonly what: 'memory' | 'cpu' | 'disk' | 'time'; readonly message: string }
  /** It did not end by itself: the machine that it ran on was taken away. */
  | { readonly kind: 'cut'; readonly message: string }
  /** The signal has aborted, and nothing of it is left. */
  | { readonly kind: 'stopped' }

export interface Executor {
  /** Where a command finds its folder. */
  folderOf(folder: string): string
  /** What it has in its environment wherever it is run so. */
  readonly environment: () => Readonly<Record<string, string>>
  /** Whether a command goes on without this server, whose places it does not take. */
  readonly isElsewhere: boolean
  /** What decides a result beside the command. Throws `invalid_request` where it would not run. */
  cacheBasis(image: string | undefined): CacheBasis
  /** What a command that ended well has left cannot be used: it is not told again. */
  forget?(work: string): Promise<void>
  /** Resolves when the command has ended and nothing that it started is left. Throws `invalid_request` where there is no such program. */
  run(task: CommandTask): Promise<CommandEnd>
}

/** The variable that marks all processes of what a command is for, whatever the attempt. */
export const workVariable = 'SLIPWAY_STAGE_WORK'
/** The variable that marks all processes of an attempt. */
export const attemptVariable = 'SLIPWAY_STAGE_ATTEMPT'
/** Executors by name; `process` is this machine. */
export type FindExecutor = (name: string) => Executor

export const folderVariable = 'SLIPWAY_STAGE_FOLDER'
