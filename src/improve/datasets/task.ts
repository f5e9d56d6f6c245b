import type { z } from 'zod'
import type { FailureCode } from '../../foundation/platform/index.ts'
import type { DatasetCaller } from './datasets.ts'

/** `waiting` and `running` go on; the rest are ends. */
export type TaskState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'

/** A long operation on datasets, as its row says. */
export interface DatasetTask {
  readonly id: string
  readonly tenant: string
  /** Its name; `undefined` where it is of none. */
  readonly dataset: string | undefined
  readonly kind: string
  readonly state: TaskState
  /** 0 to 1. */
  readonly progress: number
  /** What is done now. */
  readonly step: string
  readonly parameters: unknown
  /** What the kind returned. */
  readonly result: unknown
  readonly error: { readonly code: FailureCode; readonly message: string } | undefined
  readonly author: string
  /** How often it was begun; more than once after a crash. */
  readonly attempts: number
  readonly createdAt: Date
  readonly startedAt: Date | undefined
  readonly endedAt: Date | undefined
}

/**
 * A kind of long operation. After a crash of the server it is run again from its parameters, so it is safe to run twice: what
 * it publishes names the parent it was begun on, and what it staged is collected.
 */
export interface TaskKind<Value> {
  /** Verb first: `import-file`. */
  readonly kind: string
  readonly parameters: z.ZodType<Value>
  /** What it returns is the task's `result`: JSON, small. A `Failure` is what went wrong; anything else is a bug. */
  run(parameters: Value, context: TaskContext): Promise<unknown>
  /** Called once when the task has ended in any way, to delete what was uploaded for it. */
  onEnd?(parameters: Value): Promise<void>
}

export interface TaskContext {
  readonly taskId: string
  readonly caller: DatasetCaller
  readonly dataset: string | undefined
  /** Aborts when the task is cancelled or the server stops. */
  readonly signal: AbortSignal
  readonly progress: (share: number, step: string) => void
  /** 1 on the first run. */
  readonly attempt: number
}
