import { pino } from 'pino'
import type { DestinationStream, Logger as PinoLogger } from 'pino'
import { Failure } from './failure.ts'
import { redact } from './redaction.ts'

export type Logger = PinoLogger
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

const deepestCause = 5

/**
 * What of an error is logged: its type, code, message, stack, what a `Failure` carries, and its causes.
 * Nothing else: a database error, for one, quotes the row that it is about.
 */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { message: String(error) }
  const code: unknown = 'code' in error ? error.code : undefined
  return {
    type: error.name,
    ...(typeof code === 'string' && { code }),
    message: error.message,
    ...(error instanceof Failure && Object.keys(error.details).length > 0 && { details: error.details }),
    stack: error.stack,
    ...(error.cause !== undefined &&
      depth < deepestCause && { cause: describeError(error.cause, depth + 1) }),
    ...(error instanceof AggregateError &&
      depth < deepestCause && {
        errors: error.errors.slice(0, 10).map(inner => describeError(inner, depth + 1)),
      }),
  }
}

/**
 * One JSON object a line on standard output, written asynchronously and flushed at exit, without secrets.
 * Errors go under `err`. `destination` is for tests.
 */
export function createLogger(options: { level: LogLevel; destination?: DestinationStream }): Logger {
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      serializers: { err: error => describeError(error), error: error => describeError(error) },
      hooks: { streamWrite: redact },
    },
    options.destination ?? standardOutput(),
  )
}

function standardOutput(): DestinationStream {
  const destination = pino.destination({ dest: 1, sync: false })
  process.once('exit', () => {
    try {
      destination.flushSync()
    } catch {
      // standard output is closed: there is nobody left to tell
    }
  })
  return destination
}
