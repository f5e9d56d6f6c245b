import type { Failure, FailureCode } from '../../../foundation/platform/index.ts'

export interface OpenAiError {
  readonly error: {
    readonly message: string
    readonly type: string
    readonly param: string | null
    readonly code: string | null
  }
}

/** The `type` and `code` that OpenAI's clients know, for the codes that differ from the general rule. */
const dialect: Partial<Record<FailureCode, { type?: string; code?: string }>> = {
  unauthenticated: { code: 'invalid_api_key' },
  model_not_found: { code: 'model_not_found' },
  method_not_allowed: { code: 'method_not_supported' },
  context_too_long: { code: 'context_length_exceeded' },
  unsupported_parameter: { code: 'unsupported_parameter' },
  content_blocked: { code: 'content_filter' },
  rate_limited: { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  budget_exhausted: { type: 'insufficient_quota', code: 'insufficient_quota' },
  unpriced_target: { code: 'unpriced_target' },
  upstream_rate_limited: { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  overloaded: { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  engine_busy: { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
}

/** Our failure in the words of OpenAI's API. */
export function toOpenAiError(failure: Failure): OpenAiError {
  const { parameter, upstreamCode, openAiCode } = failure.details
  const row = dialect[failure.code]
  const isServerSide = failure.kind.status >= 500
  const ownCode = failure.kind.status < 500 && !row ? null : failure.code
  return {
    error: {
      message: failure.message,
      type:
        row?.type ??
        (upstreamCode === 'insufficient_quota'
          ? upstreamCode
          : isServerSide
            ? 'server_error'
            : 'invalid_request_error'),
      param: parameter ?? null,
      code: upstreamCode ?? (typeof openAiCode === 'string' ? openAiCode : (row?.code ?? ownCode)),
    },
  }
}

/** A bug of ours, answered without its cause; the log has it under the id. */
export function internalOpenAiError(requestId: string): OpenAiError {
  const message = `Something broke on our side. The log has it under request id ${requestId}.`
  return { error: { message, type: 'server_error', param: null, code: 'internal_error' } }
}
