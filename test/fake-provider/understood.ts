import type { z } from 'zod'
import { firstProblem, type Dialect } from './respond.ts'

export interface Understood {
  readonly dialect: Dialect
  readonly isStream: boolean
}

export class Refusal extends Error {
  readonly parameter: string

  constructor(parameter: string, message: string) {
    super(message)
    this.parameter = parameter
  }
}

export interface Fixed {
  readonly text: string | undefined
  readonly cachedTokens: number
  /** Whether the text is said even where a schema is asked for. */
  readonly isSaid?: boolean
}

export function openAiDialect(events: Dialect['events'], reply: unknown): Dialect {
  const error: Dialect['error'] = (status, code, message) => ({
    error: { message, type: typeOf(status), param: null, code: code ?? null },
  })
  return { events, reply, error, errorEvent: event(error(500, 'server_error', 'The model broke.')) }
}

export function typeOf(status: number): string {
  if (status === 429) return 'rate_limit_error'
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  return status >= 500 ? 'server_error' : 'invalid_request_error'
}

export function event(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`
}

export function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const { path, message } = firstProblem(result.error)
  throw new Refusal(path, `Invalid '${path}': ${message}`)
}
