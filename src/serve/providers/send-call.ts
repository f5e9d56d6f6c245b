import { Failure } from '../../foundation/platform/index.ts'
import type { Dialect, UpstreamRequest } from './dialect.ts'
import { readWhole } from './read-whole.ts'
import type { UpstreamFailures } from './upstream-failures.ts'
import type { UpstreamAnswer, UpstreamCall } from './upstream.ts'

interface Sender {
  readonly dialect: Dialect
  /** Without those of the single call. */
  readonly headers: Readonly<Record<string, string>>
  readonly failures: UpstreamFailures
}

/** One HTTP call to an upstream, from the request to the head of its answer. */
export async function sendCall(
  sender: Sender,
  call: UpstreamCall,
  signal: AbortSignal,
): Promise<UpstreamAnswer> {
  const { dialect, failures } = sender
  const request = dialect.request(call)
  const response = await post(sender, request, call, signal)
  if (!response.ok) throw await failures.fromResponse(response, signal)
  if (!call.isStream) {
    const bytes = await readAll(response, failures, signal)
    return { kind: 'reply', ...dialect.readReply(bytes, call, response.headers) }
  }
  const type = response.headers.get('content-type') ?? ''
  if (response.body === null || /^\s*(?:application\/(?:[\w.]+\+)?json|text\/html)/i.test(type)) {
    await refuseWholeAnswer(dialect, response, call, failures, signal)
    throw failures.unreadable('a whole answer where a stream was asked for')
  }
  const translator = dialect.createTranslator(call, request, signal, response.headers)
  const { contentType } = translator
  return { kind: 'stream', ...(contentType ? { contentType } : {}), body: response.body, translator }
}

async function post(
  { dialect, headers, failures }: Sender,
  request: UpstreamRequest,
  call: UpstreamCall,
  signal: AbortSignal,
): Promise<Response> {
  try {
    const all: Record<string, string> = {
      ...headers,
      ...request.headers,
      ...(dialect.authorize && (await dialect.authorize(request, signal))),
      traceparent: call.traceparent,
      'x-request-id': call.requestId,
    }
    // only fetch knows the boundary of the form that it writes
    if (typeof request.body !== 'string') delete all['content-type']
    const init = {
      method: 'POST',
      headers: all,
      body: request.body,
      signal,
      redirect: 'manual',
      // Bun gives up a silent connection after five minutes; how long a call may take is the service's to say
      timeout: false,
    } as const satisfies RequestInit & { readonly timeout: false }
    call.sending?.(request.url)
    return await fetch(request.url, init)
  } catch (cause) {
    // signing has failures of its own
    throw cause instanceof Failure ? cause : failures.fromNetwork(cause, signal)
  }
}

async function readAll(
  response: Response,
  failures: UpstreamFailures,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await readWhole(response)
  } catch (cause) {
    if (cause instanceof RangeError) throw failures.unreadable('an answer that is too large to be one', cause)
    throw failures.fromBody(cause, signal)
  }
}

/** A stream was asked for and something whole came: an error under a 200 says which. */
async function refuseWholeAnswer(
  dialect: Dialect,
  response: Response,
  call: UpstreamCall,
  failures: UpstreamFailures,
  signal: AbortSignal,
): Promise<void> {
  dialect.readReply(await readAll(response, failures, signal), call, response.headers)
}
