import { asWords } from '../../foundation/platform/index.ts'
import { asList, asObject, asText, parseLoosely, type JsonObject } from './loose-json.ts'

/** What an upstream said went wrong, as far as it can be read. */
export interface UpstreamError {
  readonly message: string | undefined
  readonly code: string | undefined
  readonly type: string | undefined
  readonly parameter: string | undefined
  /** The HTTP status that the error itself carries, where it came inside of a 200. */
  readonly status: number | undefined
  /** How many seconds to wait, where the error itself says it (Google's `RetryInfo`). */
  readonly retryAfterSeconds?: number | undefined
}

const nothingKnown: UpstreamError = {
  message: undefined,
  code: undefined,
  type: undefined,
  parameter: undefined,
  status: undefined,
}

const maxMessageLength = 2000

/**
 * Reads the error bodies in use: OpenAI's and Anthropic's `{ error: { … } }`, `{ error: "…" }` (Ollama), flat ones
 * (`{ message, code }`: vLLM, Mistral), lists of validation errors in `detail` (FastAPI: Mistral, vLLM), and lists
 * with one of those in it (Google). HTML and other text have no message fit for a client.
 */
export function readErrorBody(text: string): UpstreamError {
  return readError(parseLoosely(text))
}

export function readError(parsed: unknown): UpstreamError {
  const body = asObject(asList(parsed)?.[0] ?? parsed)
  if (!body) return nothingKnown
  const nested = asObject(body['error'])
  if (nested) return fromObject(nested)
  const message = asText(body['error'])
  if (message) return { ...fromObject(body), message: bounded(message) }
  return fromObject(body)
}

function fromObject(error: JsonObject): UpstreamError {
  const detail = asList(asObject(error['message'])?.['detail'] ?? error['detail'])
  const first = asObject(detail?.[0])
  const code = error['code']
  const message =
    asText(error['message']) ?? asText(error['detail']) ?? asText(first?.['msg']) ?? asText(error['msg'])
  const status = Number(isNumeric(code) ? code : (error['status'] ?? error['statusCode']))
  const google = readGoogleDetails(error['details'])
  return {
    message: message && bounded(message),
    // Anthropic's stable codes stand beside the type; numbers are statuses, not codes
    code:
      asText(asObject(error['details'])?.['error_code']) ??
      (isNumeric(code) ? (google.reason ?? googleStatus(error['status'])) : asText(code)),
    type: asText(error['type']),
    parameter: asText(error['param']) ?? parameterOf(first),
    status: status >= 400 && status <= 599 ? status : undefined,
    ...(google.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: google.retryAfterSeconds }),
  }
}

/** `RESOURCE_EXHAUSTED`, …: the name that Google gives a status beside its number. */
function googleStatus(status: unknown): string | undefined {
  return typeof status === 'string' && /^[A-Z_]+$/.test(status) ? status : undefined
}

/**
 * What Google's details add to a status: `ErrorInfo` a reason (`API_KEY_INVALID`), `RetryInfo` a time to wait (`34.4s`).
 * https://cloud.google.com/apis/design/errors#error_details
 */
function readGoogleDetails(details: unknown): { reason?: string; retryAfterSeconds?: number } {
  const found: { reason?: string; retryAfterSeconds?: number } = {}
  for (const detail of (asList(details) ?? []).map(asObject)) {
    const reason = asText(detail?.['reason'])
    if (reason) found.reason = reason
    const seconds = /^(\d+(?:\.\d+)?)s$/.exec(asText(detail?.['retryDelay']) ?? '')?.[1]
    if (seconds !== undefined) found.retryAfterSeconds = Math.ceil(Number(seconds))
  }
  return found
}

/** `["body", "messages", 0, "role"]` as `messages[0].role`. */
function parameterOf(detail: JsonObject | undefined): string | undefined {
  const location = asList(detail?.['loc'])?.filter(step => step !== 'body')
  if (!location || location.length === 0) return undefined
  return location
    .map((step, index) =>
      typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${asWords(step)}`,
    )
    .join('')
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value))
}

function bounded(message: string): string {
  return message.length > maxMessageLength ? `${message.slice(0, maxMessageLength)}…` : message
}
