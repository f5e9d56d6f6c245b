/** An expected error of one request, answered in OpenAI's shape. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly status: number
  readonly code: string
  readonly parameter: string | null

  constructor(status: number, code: string, message: string, parameter: string | null = null) {
    super(message)
    this.status = status
    this.code = code
    this.parameter = parameter
  }
}

export function unsupported(parameter: string, message: string): RequestError {
  return new RequestError(400, 'unsupported_parameter', message, parameter)
}

export function invalid(parameter: string | null, message: string): RequestError {
  return new RequestError(400, 'invalid_value', message, parameter)
}

export function contextExceeded(asked: number, fits: number, parameter: string): RequestError {
  return new RequestError(
    400,
    'context_length_exceeded',
    `This engine holds ${fits} tokens per sequence, but the request has ${asked} prompt tokens, and at least one ` +
      `must be left for the answer. Shorten it, or raise contextSize of the engine.`,
    parameter,
  )
}

export function errorBody(error: unknown): { status: number; body: { error: Record<string, unknown> } } {
  if (error instanceof RequestError) {
    const { status, message, parameter, code } = error
    const type = status === 429 ? 'rate_limit_error' : status < 500 ? 'invalid_request_error' : 'server_error'
    return { status, body: { error: { message, type, param: parameter, code } } }
  }
  const message = error instanceof Error ? error.message : String(error)
  return {
    status: 500,
    body: { error: { message, type: 'server_error', param: null, code: 'engine_error' } },
  }
}
