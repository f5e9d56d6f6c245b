import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { z } from 'zod'
import type { Behaviour } from './behaviour.ts'

/** How one dialect writes what all of them say. */
export interface Dialect {
  /** The events of a stream, as they stand in it, each with its blank line. */
  readonly events: readonly (string | Uint8Array)[]
  /** What a stream or a whole answer is, where it is no event stream and no JSON. */
  readonly type?: string
  /** What a stream is, where that is no event stream and a whole answer is JSON. */
  readonly streamType?: string
  /** Of every good answer. */
  readonly headers?: Readonly<Record<string, string>>
  readonly reply: unknown
  /** The body of an error response. */
  readonly error: (status: number, code: string | undefined, message: string) => unknown
  readonly errorHeaders?: (status: number, code: string | undefined) => Readonly<Record<string, string>>
  /** An error in the middle of a stream. */
  readonly errorEvent: string | Uint8Array
  /** An error before any of the answer, where that is told in other words. */
  readonly earlyErrorEvents?: string
}

export interface Pace {
  readonly firstTokenDelayMs: number
  readonly chunkDelayMs: number
}

const statusMessages: Readonly<Record<number, string>> = {
  400: 'The request is not valid.',
  401: 'Incorrect API key provided: sk-fake-0123456789abcdef. Find yours in the dashboard.',
  403: 'Your account may not use this.',
  404: 'The model does not exist.',
  429: 'Rate limit reached for requests.',
  500: 'The server had an error while processing your request.',
  503: 'The server is overloaded.',
  529: 'Overloaded',
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

export async function respond(
  response: ServerResponse,
  behaviour: Behaviour,
  dialect: Dialect,
  isStream: boolean,
  pace: Pace,
): Promise<void> {
  if (typeof behaviour === 'object') {
    const { status, code, headers } = behaviour
    const message = statusMessages[status] ?? `Status ${status}.`
    return sendJson(response, status, dialect.error(status, code, message), {
      ...dialect.errorHeaders?.(status, code),
      ...headers,
    })
  }
  if (behaviour === 'silence') return
  if (behaviour === 'redirect') {
    response.writeHead(307, { location: 'http://127.0.0.1:9/elsewhere' })
    response.end()
    return
  }
  await sleep(pace.firstTokenDelayMs)
  if (isStream) return stream(response, behaviour, dialect, pace)
  sendWhole(response, behaviour, dialect)
}

function sendWhole(response: ServerResponse, behaviour: Behaviour, dialect: Dialect): void {
  if (behaviour === 'garbage') {
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end('<html><body>Welcome to the proxy</body></html>')
    return
  }
  if (behaviour === 'error-in-200') return sendJson(response, 200, errorIn200(dialect))
  const whole = Buffer.from(typeof dialect.reply === 'string' ? dialect.reply : JSON.stringify(dialect.reply))
  const type = dialect.type ?? 'application/json'
  response.writeHead(200, { 'content-type': type, 'content-length': whole.length, ...dialect.headers })
  if (behaviour === 'answer') {
    response.end(whole)
    return
  }
  response.write(whole.subarray(0, whole.length >> 1))
  if (behaviour !== 'stall') response.destroy()
}

function errorIn200(dialect: Dialect): unknown {
  return dialect.error(429, 'rate_limit_exceeded', 'Rate limit reached in the body of a 200.')
}

async function stream(
  response: ServerResponse,
  behaviour: Behaviour,
  dialect: Dialect,
  pace: Pace,
): Promise<void> {
  response.writeHead(200, {
    'content-type': dialect.streamType ?? dialect.type ?? 'text/event-stream; charset=utf-8',
  })
  if (behaviour === 'garbage') {
    response.end('data: <html>not JSON</html>\n\n')
    return
  }
  if (behaviour === 'error-in-200') {
    response.end(dialect.earlyErrorEvents ?? dialect.errorEvent)
    return
  }
  const isWhole = behaviour === 'answer'
  const count = isWhole ? dialect.events.length : dialect.events.length >> 1
  for (const event of dialect.events.slice(0, count)) {
    if (response.destroyed) return
    response.write(event)
    if (pace.chunkDelayMs > 0) await sleep(pace.chunkDelayMs)
  }
  if (behaviour === 'stall') return
  if (behaviour === 'error-mid-stream') response.write(dialect.errorEvent)
  if (behaviour === 'die-mid-stream') {
    // what was written must have been read before the connection dies, or it is lost with it
    await sleep(100)
    response.destroy()
    return
  }
  response.end()
}

/** The first problem of a request, as `path: message`. */
export function firstProblem(error: z.ZodError): { path: string; message: string } {
  const issue = error.issues[0]
  if (!issue) return { path: '', message: 'not valid' }
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  const path = [...issue.path, ...(unknown === undefined ? [] : [unknown])].reduce<string>(
    (joined, step) =>
      typeof step === 'number' ? `${joined}[${step}]` : joined ? `${joined}.${String(step)}` : String(step),
    '',
  )
  return { path, message: issue.message }
}
