import { z } from 'zod'

import type { EnvironmentVariables } from '../../foundation/config/index.ts'
import { CommandError } from './command-error.ts'
import { exitCodes } from './exit-codes.ts'
import { findKey } from './installation.ts'
import type { Installation } from './installation.ts'

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: unknown
  /** Sent in place of a body of JSON. */
  readonly form?: FormData
  /** Bytes, sent as they are. */
  readonly content?: Blob
  readonly signal?: AbortSignal
  readonly accept?: string
}

export interface ApiClient {
  readonly url: string
  /** Sends the request and gives the response where it succeeded; throws a `CommandError` for everything else. */
  send(path: string, request?: ApiRequest): Promise<Response>
  /** As `send`, and reads the JSON of the answer. */
  read<Shape extends z.ZodType>(path: string, shape: Shape, request?: ApiRequest): Promise<z.output<Shape>>
}

export function createApiClient(installation: Installation, environment: EnvironmentVariables): ApiClient {
  const { url } = installation
  let key: Promise<string | undefined> | undefined

  async function send(path: string, request: ApiRequest = {}): Promise<Response> {
    key ??= findKey(environment, installation)
    const bearer = await key
    const headers: Record<string, string> = { accept: request.accept ?? 'application/json' }
    if (bearer !== undefined) headers['authorization'] = `Bearer ${bearer}`
    if (request.body !== undefined) headers['content-type'] = 'application/json'
    let response: Response
    try {
      response = await fetch(`${url}${path}${queryOf(request.query)}`, {
        method: request.method ?? 'GET',
        headers,
        redirect: 'error',
        ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
        ...(request.form !== undefined && { body: request.form }),
        ...(request.content !== undefined && { body: request.content }),
        ...(request.signal !== undefined && { signal: request.signal }),
      })
    } catch (error) {
      if (request.signal?.aborted === true) throw error
      throw unreachable(installation, error)
    }
    if (!response.ok) throw await refused(response, installation, bearer !== undefined)
    return response
  }

  return {
    url,
    send,
    async read(path, shape, request) {
      const response = await send(path, request)
      const text = await response.text()
      const parsed = shape.safeParse(text === '' ? undefined : parseJson(text))
      if (parsed.success) return parsed.data
      throw new CommandError(
        'unexpected_answer',
        `${url}${path} answered something else than was expected.`,
        {
          mend: 'Is this a Slipway server, and of the same version as this command?',
          cause: parsed.error,
        },
      )
    },
  }
}

function queryOf(query: ApiRequest['query']): string {
  const entries = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== '')
  if (entries.length === 0) return ''
  return `?${new URLSearchParams(entries.map(([name, value]) => [name, String(value)]))}`
}

function unreachable({ url, isOwn }: Installation, cause: unknown): CommandError {
  const start = isOwn
    ? 'Start one with `npm start` or `slipway serve`, or name another address with `--url` or SLIPWAY_URL.'
    : 'Check `--url` or SLIPWAY_URL, and whether the server runs there.'
  return new CommandError('unreachable', `No server answers at ${url}.`, {
    mend: start,
    exitCode: exitCodes.unreachable,
    cause,
  })
}

/** Both forms: that of `/api`, and OpenAI's under `/v1`. */
const errorBody = z.object({
  error: z.object({
    message: z.string(),
    code: z.string().nullish(),
    type: z.string().nullish(),
    request_id: z.string().nullish(),
  }),
})

async function refused(
  response: Response,
  { url, isOwn }: Installation,
  hasKey: boolean,
): Promise<CommandError> {
  const text = await response.text().catch(() => '')
  const parsed = errorBody.safeParse(parseJson(text))
  const requestId = parsed.data?.error.request_id ?? response.headers.get('x-request-id') ?? undefined
  const { status } = response
  const isDenied = status === 401 || status === 403
  const mend = isDenied ? mendDenied(status, hasKey, isOwn) : undefined
  return new CommandError(
    parsed.data?.error.code ?? parsed.data?.error.type ?? `http_${status}`,
    parsed.data?.error.message ?? `${url} answered ${status} ${response.statusText}.`.replace(' .', '.'),
    {
      exitCode: isDenied ? exitCodes.denied : exitCodes.failed,
      ...(mend !== undefined && { mend }),
      ...(requestId !== undefined && { requestId }),
    },
  )
}

function mendDenied(status: number, hasKey: boolean, isOwn: boolean): string {
  if (status === 403) return 'Set SLIPWAY_KEY to a key whose role and tenant allow this.'
  if (hasKey) return 'Set SLIPWAY_KEY to a key of this server that has not been revoked.'
  return isOwn
    ? 'Set SLIPWAY_KEY, or run this where the data folder is (SLIPWAY_DATA), which holds the administrator’s key.'
    : 'Set SLIPWAY_KEY to a key of that server.'
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
