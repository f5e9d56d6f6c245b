import { CommanderError } from 'commander'

import { CommandError } from './command-error.ts'
import { exitCodes } from './exit-codes.ts'
import type { ExitCode } from './exit-codes.ts'
import { createStyle } from './style.ts'

/** Says on standard error what ended a command, for people or as one JSON document, and gives the exit code. */
export function reportError(error: unknown, isJson: boolean): ExitCode {
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.ok
  // Called without a subcommand: the help is already there.
  if (error instanceof CommanderError && error.code === 'commander.help') return exitCodes.usage
  const told = describe(error)
  if (isJson) {
    const { code, message, mend, requestId } = told
    process.stderr.write(`${JSON.stringify({ error: { code, message, mend, request_id: requestId } })}\n`)
    return told.exitCode
  }
  const style = createStyle(process.stderr, process.env)
  const lines = [`${style.red('✗')} ${told.message}`]
  if (told.mend !== undefined) lines.push(`  ${told.mend}`)
  if (told.requestId !== undefined) lines.push(style.dim(`  request ${told.requestId}`))
  if (told.stack !== undefined) lines.push(style.dim(told.stack))
  process.stderr.write(`${lines.join('\n')}\n`)
  return told.exitCode
}

interface Told {
  readonly code: string
  readonly message: string
  readonly mend?: string | undefined
  readonly requestId?: string | undefined
  readonly stack?: string | undefined
  readonly exitCode: ExitCode
}

function describe(error: unknown): Told {
  if (error instanceof CommandError) {
    const { code, message, mend, requestId, exitCode } = error
    return { code, message, mend, requestId, exitCode }
  }
  if (error instanceof CommanderError)
    return { code: 'usage', ...sentences(error.message), exitCode: exitCodes.usage }
  if (isFailure(error)) return { code: error.code, message: error.message, exitCode: exitCodes.failed }
  const bug = error instanceof Error ? error : new Error(String(error))
  return {
    code: 'internal_error',
    message: `This is a bug in Slipway: ${bug.message}`,
    mend: 'Please report it with the lines below.',
    stack: bug.stack,
    exitCode: exitCodes.failed,
  }
}

/** Told by its name: the class would load the whole platform, which takes longer than most commands run. */
function isFailure(error: unknown): error is Error & { readonly code: string } {
  return (
    error instanceof Error && error.name === 'Failure' && 'code' in error && typeof error.code === 'string'
  )
}

/** Commander says `error: unknown option '--josn'\n(Did you mean --json?)`. */
function sentences(message: string): { message: string; mend: string } {
  const [first = '', second] = message.replace(/^error: /, '').split('\n')
  const told = `${first.charAt(0).toUpperCase()}${first.slice(1)}.`.replace(/\.\.$/, '.')
  return { message: told, mend: second?.replace(/^\((.*)\)$/, '$1') ?? 'Add --help to see what there is.' }
}
