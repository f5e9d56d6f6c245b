import type { Failure } from '../../../foundation/platform/index.ts'

interface AnthropicError {
  readonly type: 'error'
  readonly error: { readonly type: string; readonly message: string }
  readonly request_id?: string
}

const types: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

/** Anthropic says 529 where others say 503: come back later, it is nobody's fault. */
export function anthropicStatus(failure: Failure): number {
  const { upstreamCode } = failure.details
  const isOverload = failure.status === 503 || (failure.status >= 500 && upstreamCode === 'overloaded_error')
  return isOverload ? 529 : failure.status
}

/** Our failure in the words of Anthropic's API. The type follows the status, as there. */
export function toAnthropicError(failure: Failure, requestId?: string): AnthropicError {
  const status = anthropicStatus(failure)
  const type = types[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error')
  return withId({ type: 'error', error: { type, message: messageOf(failure) } }, requestId)
}

/** A bug of ours, answered without its cause; the log has it under the id. */
export function internalAnthropicError(requestId: string): AnthropicError {
  const message = `Something broke on our side. The log has it under request id ${requestId}.`
  return withId({ type: 'error', error: { type: 'api_error', message } }, requestId)
}

/** Clients tell a context that is too long from other refusals by these words alone, and then shorten it. */
function messageOf({ code, message }: Failure): string {
  const isKnown = code !== 'context_too_long' || message.toLowerCase().includes('prompt is too long')
  return isKnown ? message : `prompt is too long: ${message}`
}

function withId(error: AnthropicError, requestId: string | undefined): AnthropicError {
  return requestId === undefined ? error : { ...error, request_id: requestId }
}
