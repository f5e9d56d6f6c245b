import { reportNoAnswer } from './connection.ts'

/** The server answered, and the answer was a refusal. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  readonly parameter: string | undefined
  readonly requestId: string | undefined

  constructor(
    status: number,
    body: { code?: string; message?: string; parameter?: string; requestId?: string },
  ) {
    super(body.message ?? `The server answered ${status}.`)
    this.status = status
    this.code = body.code ?? `http_${status}`
    this.parameter = body.parameter
    this.requestId = body.requestId
  }
}

/** The server gave no answer: it is down, restarting, or the network is gone. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

export type QueryValues = Readonly<Record<string, string | number | boolean | null | undefined>>

interface Options {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly query?: QueryValues
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** Leaves out what is not set. */
export function toQueryString(values: QueryValues): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}

/** Sends with the session cookie. Throws `NoAnswer`, or `ApiError` for everything but 2xx. */
export async function send(path: string, options: Options = {}): Promise<Response> {
  const { method = 'GET', query = {}, body, signal } = options
  let response: Response
  try {
    response = await fetch(path + toQueryString(query), {
      method,
      credentials: 'same-origin',
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
      ...(signal && { signal }),
    })
  } catch (cause) {
    if (signal?.aborted) throw cause
    reportNoAnswer()
    throw new NoAnswer('The server did not answer.', { cause })
  }
  if (!response.ok) throw await readError(response)
  return response
}

export async function request<T>(path: string, options: Options = {}): Promise<T> {
  const response = await send(path, options)
  return (response.status === 204 ? undefined : await response.json()) as T
}

async function readError(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined)
  const error = isRecord(body) && isRecord(body['error']) ? body['error'] : {}
  const requestId = error['request_id'] ?? response.headers.get('x-request-id')
  const parameter = error['parameter'] ?? error['param']
  return new ApiError(response.status, {
    ...(typeof error['code'] === 'string' && { code: error['code'] }),
    ...(typeof error['message'] === 'string' && { message: error['message'] }),
    ...(typeof parameter === 'string' && { parameter }),
    ...(typeof requestId === 'string' && { requestId }),
  })
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
