import {
  Failure,
  redact,
  type FailureCode,
  type FailureDetails,
  ownEntry,
} from '../../foundation/platform/index.ts'
import type { UpstreamError } from './error-body.ts'
import { readErrorBody } from './error-body.ts'
import { retryAfterSeconds } from './retry-after.ts'

interface FailureSource {
  /** As messages call it: `provider "openai"`. */
  readonly label: string
  /** Engines are ours: their going away is a crash, and their refusals name what they cannot do. */
  readonly isEngine: boolean
  /** Our own credentials, taken out of whatever the upstream says. */
  readonly secrets: readonly string[]
}

const maxErrorBodyBytes = 64 * 1024

/** Statuses for errors that arrive without one: inside of a stream, or in the body of a 200. */
const statusOfType: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  context_length_exceeded: 400,
  content_filter: 400,
  invalid_prompt: 400,
  authentication_error: 401,
  invalid_api_key: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  model_not_found: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  insufficient_quota: 429,
  timeout_error: 504,
  overloaded_error: 529,
}

const contextTooLong =
  /maximum context length|context[ _]length|context window|context limit|prompt is too long|exceeds? the (?:available )?context size|too (?:large|long) for (?:requested )?model|input tokens exceed|exceeds the maximum number of tokens|too many tokens/i

/** Turns what goes wrong with one upstream into a `Failure`, always with its cause and never with a secret. */
export class UpstreamFailures {
  readonly #source: FailureSource
  /** Credentials that come and go, as those of a role. */
  temporarySecrets: readonly string[] = []

  constructor(source: FailureSource) {
    this.#source = source
  }

  /** An answer with an error status; reads a bounded part of its body. */
  async fromResponse(response: Response, signal: AbortSignal): Promise<Failure> {
    let text = ''
    try {
      text = await readBounded(response)
    } catch (cause) {
      if (signal.aborted) return this.fromNetwork(cause, signal)
    }
    if (response.status >= 300 && response.status < 400) return this.#redirected(response)
    const error = readErrorBody(text)
    return this.fromStatus(
      response.status,
      { ...error, type: error.type ?? amazonErrorType(response.headers) },
      retryAfterSeconds(response.headers, Date.now()),
      text,
    )
  }

  /** An error in the body of a 200 or in an event of a stream. */
  fromError(error: UpstreamError): Failure {
    const status =
      error.status ??
      ownEntry(statusOfType, error.code ?? '') ??
      ownEntry(statusOfType, error.type ?? '') ??
      500
    return this.fromStatus(status, error, undefined, error.message ?? '')
  }

  fromStatus(status: number, error: UpstreamError, retryAfter: number | undefined, text: string): Failure {
    const said = error.message && this.#clean(error.message)
    const wait = retryAfter ?? error.retryAfterSeconds
    const code = this.#codeFor(status, error)
    const upstreamCode = error.code ?? error.type
    const details: FailureDetails = {
      ...(error.parameter === undefined ? {} : { parameter: this.#clean(error.parameter) }),
      ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
      ...(upstreamCode === undefined ? {} : { upstreamCode: this.#clean(upstreamCode) }),
      ...(passesThrough(code, status) ? { upstreamStatus: status } : {}),
    }
    // what cannot be parsed is for the log only, and only a little of it
    const cause = new Error(`HTTP ${status}: ${said ?? this.#clean(text.slice(0, 200))}`)
    return new Failure(code, this.#message(code, status, said), { details, cause })
  }

  /** The connection failed, was cut or was given up by us. */
  fromNetwork(cause: unknown, signal: AbortSignal): Failure {
    if (signal.aborted) return fromAbort(signal, cause)
    const { label, isEngine } = this.#source
    const kept = this.#keep(cause)
    if (cause instanceof Error && cause.name === 'TimeoutError') {
      return new Failure('upstream_timeout', `The ${label} did not answer in time.`, { cause: kept })
    }
    if (isEngine) {
      return new Failure('engine_crashed', `The ${label} is gone. It is being restarted; try again.`, {
        cause: kept,
      })
    }
    const why = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''
    return new Failure(
      'upstream_unreachable',
      `The ${label} could not be reached${why}. Check its baseUrl and the network.`,
      { cause: kept },
    )
  }

  /** The body broke off while it was read. */
  fromBody(cause: unknown, signal: AbortSignal): Failure {
    return signal.aborted ? fromAbort(signal, cause) : this.truncated(cause)
  }

  truncated(cause?: unknown): Failure {
    const { label, isEngine } = this.#source
    const code = isEngine ? 'engine_crashed' : 'upstream_error'
    return new Failure(code, `The ${label} broke off in the middle of its answer.`, {
      details: { upstreamCode: 'truncated' },
      ...(cause === undefined ? {} : { cause: this.#keep(cause) }),
    })
  }

  /** It answered with success, but with something that is not what was asked for. */
  unreadable(what: string, cause?: unknown): Failure {
    return new Failure('upstream_error', `The ${this.#source.label} sent ${what}.`, {
      details: { upstreamCode: 'unreadable' },
      ...(cause === undefined ? {} : { cause }),
    })
  }

  #redirected(response: Response): Failure {
    const location = this.#clean(response.headers.get('location') ?? 'nowhere')
    return new Failure(
      'upstream_error',
      `The ${this.#source.label} redirects (HTTP ${response.status}) to ${location}. ` +
        'Redirects are not followed, so that keys stay where they belong: set baseUrl to the final address.',
      { details: { upstreamCode: 'redirect' } },
    )
  }

  #codeFor(status: number, error: UpstreamError): FailureCode {
    if (error.code === 'context_length_exceeded' || error.type === 'exceed_context_size_error') {
      return 'context_too_long'
    }
    if (this.#source.isEngine) {
      if (error.code === 'context_too_long' || error.code === 'unsupported_parameter') return error.code
      if (status === 429) return 'engine_busy'
      if (status === 503) return 'engine_not_ready'
    }
    if (status === 401 || status === 402 || status === 403) return 'upstream_unauthorized'
    // Google calls a wrong key an invalid argument
    if (error.code === 'API_KEY_INVALID') return 'upstream_unauthorized'
    if (status === 429) return 'upstream_rate_limited'
    if (status === 408 || status === 504) return 'upstream_timeout'
    // 424: Bedrock's model has failed
    if (status === 409 || status === 424 || status === 425 || status >= 500) return 'upstream_error'
    const isAboutContext = status === 400 || status === 413 || status === 422
    return isAboutContext && contextTooLong.test(error.message ?? '')
      ? 'context_too_long'
      : 'upstream_rejected'
  }

  #message(code: FailureCode, status: number, said: string | undefined): string {
    const { label } = this.#source
    if (code === 'upstream_unauthorized') {
      return `The ${label} refused our credentials (HTTP ${status}). Check the key, its rights and the account.`
    }
    const isClientsToMend =
      code === 'upstream_rejected' || code === 'context_too_long' || code === 'unsupported_parameter'
    if (isClientsToMend && said) return said
    const outcome =
      code === 'upstream_rate_limited' || code === 'engine_busy'
        ? 'is limiting our calls'
        : code === 'upstream_timeout'
          ? 'ran out of time'
          : isClientsToMend
            ? 'refused the request'
            : 'failed'
    return `The ${label} ${outcome} (HTTP ${status})${said ? `: ${said}` : '.'}`
  }

  #clean(text: string): string {
    let clean = text
    const secrets = [...this.#source.secrets, ...this.temporarySecrets]
    for (const secret of secrets) clean = clean.replaceAll(secret, '[redacted]')
    return redact(clean)
  }

  /** The cause without secrets: fetch may quote the URL, in which an operator may have put some. */
  #keep(cause: unknown): unknown {
    if (!(cause instanceof Error)) return cause
    const clean = this.#clean(cause.message)
    return clean === cause.message ? cause : new Error(`${cause.name}: ${clean}`)
  }
}

/** `ValidationException:http://internal.amazon.com/coral/…`: Amazon's services name the error beside its message. */
function amazonErrorType(headers: Headers): string | undefined {
  return headers.get('x-amzn-errortype')?.split(':')[0] || undefined
}

/** Where the upstream's own status tells the client more than the one of the code. */
function passesThrough(code: FailureCode, status: number): boolean {
  return (
    (code === 'upstream_rejected' && status > 400 && status < 500) ||
    (code === 'upstream_error' && status === 503)
  )
}

function fromAbort(signal: AbortSignal, cause: unknown): Failure {
  const reason: unknown = signal.reason
  if (reason instanceof Failure) return reason
  return reason instanceof Error && reason.name === 'TimeoutError'
    ? new Failure('upstream_timeout', 'The model did not finish within the time that the service allows.', {
        cause,
      })
    : new Failure('client_closed', 'The client has left.', { cause })
}

async function readBounded(response: Response): Promise<string> {
  if (!response.body) return ''
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (let read = 0; read < maxErrorBodyBytes;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    read += value.byteLength
    text += decoder.decode(value, { stream: true })
  }
  await reader.cancel()
  return text
}
