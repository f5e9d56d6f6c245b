import type { DestinationStream } from 'pino'
import { Failure } from './failure.ts'
import { redact } from './redaction.ts'
import { lateLibraries } from './late-libraries.ts'

/** Marks what may stand in a log although it is content; only `govern/privacy` makes such values. */
export const loggable: unique symbol = Symbol('loggable')
export interface Loggable {
  readonly [loggable]: true
}

/** Fields that hold what people or models have said, wherever they are used. */
type ContentField =
  | 'answer'
  | 'arguments'
  | 'body'
  | 'completion'
  | 'content'
  | 'input'
  | 'messages'
  | 'output'
  | 'prompt'
  | 'question'
  | 'request'
  | 'response'
  | 'text'

/** What is logged beside a message. Content does not compile here unless it is masked. */
export type LogFields = { readonly [name: string]: unknown } & {
  readonly [Name in ContentField]?: Loggable | undefined
}

export interface LogWrite {
  (fields: LogFields, message?: string): void
  (message: string): void
}

export type Logger = { readonly [Level in Exclude<LogLevel, 'silent'>]: LogWrite } & {
  child(bindings: LogFields): Logger
}

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
  const { pino } = lateLibraries.pino()
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      serializers: { err: described, error: described },
      hooks: { streamWrite: redact },
    },
    options.destination ?? standardOutput(),
  )
}

/** What was described already, by who knows what of it may be said, stays so. */
function described(error: unknown): unknown {
  const isDescribed =
    typeof error === 'object' && error !== null && !(error instanceof Error) && 'type' in error
  return isDescribed ? error : describeError(error)
}

function standardOutput(): DestinationStream {
  const destination = lateLibraries.pino().pino.destination({ dest: 1, sync: false })
  process.once('exit', () => {
    try {
      destination.flushSync()
    } catch {
      // standard output is closed: there is nobody left to tell
    }
  })
  return destination
}
