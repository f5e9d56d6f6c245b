import type { ExitCode } from './exit-codes.ts'
import { exitCodes } from './exit-codes.ts'

/** Ends a command with something to say: what was wrong, how to mend it, and the exit code. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly code: string
  readonly mend: string | undefined
  readonly requestId: string | undefined
  readonly exitCode: ExitCode

  constructor(
    code: string,
    message: string,
    options: { mend?: string; requestId?: string; exitCode?: ExitCode; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.mend = options.mend
    this.requestId = options.requestId
    this.exitCode = options.exitCode ?? exitCodes.failed
  }
}

/** What was typed cannot be meant. */
export function usageError(message: string, mend?: string): CommandError {
  return new CommandError('usage', message, {
    exitCode: exitCodes.usage,
    ...(mend !== undefined && { mend }),
  })
}
