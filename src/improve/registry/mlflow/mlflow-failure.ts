import type { Failure, FailureCode } from '../../../foundation/platform/index.ts'

/** MLflow's own code and status for each of ours; what is not here is an internal error. */
const codes: Partial<Record<FailureCode, readonly [code: string, status: number]>> = {
  not_found: ['RESOURCE_DOES_NOT_EXIST', 404],
  conflict: ['RESOURCE_ALREADY_EXISTS', 400],
  invalid_request: ['INVALID_PARAMETER_VALUE', 400],
  body_too_large: ['INVALID_PARAMETER_VALUE', 413],
  unauthenticated: ['UNAUTHENTICATED', 401],
  forbidden: ['PERMISSION_DENIED', 403],
  checks_failed: ['INVALID_STATE', 400],
  method_not_allowed: ['ENDPOINT_NOT_FOUND', 404],
  unavailable_here: ['NOT_IMPLEMENTED', 501],
  rate_limited: ['REQUEST_LIMIT_EXCEEDED', 429],
  storage_unavailable: ['TEMPORARILY_UNAVAILABLE', 503],
  shutting_down: ['TEMPORARILY_UNAVAILABLE', 503],
}

/** A failure as MLflow's servers say it. */
export function toMlflowResponse(failure: Failure, requestId: string): Response {
  const [code, status] = codeOf(failure)
  return Response.json(
    { error_code: code, message: failure.message },
    { status, headers: { 'x-request-id': requestId, 'cache-control': 'no-store' } },
  )
}

function codeOf(failure: Failure): readonly [code: string, status: number] {
  // a name that is taken is one thing, something that is in the way another
  if (failure.code === 'conflict' && !failure.message.includes('already')) return ['INVALID_STATE', 400]
  return codes[failure.code] ?? ['INTERNAL_ERROR', failure.kind.status]
}

export function endpointNotFound(method: string, path: string): Response {
  return Response.json(
    {
      error_code: 'ENDPOINT_NOT_FOUND',
      message: `There is no ${method} ${path.slice(0, 200)} here. docs/registry.md says which of MLflow's API is.`,
    },
    { status: 404 },
  )
}
