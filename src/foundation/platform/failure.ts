/** What each failure means to the caller and to the operator: one row per code. */
const kinds = {
  // the caller's request
  invalid_request: { status: 400, level: 'info', isRetryable: false },
  unauthenticated: { status: 401, level: 'info', isRetryable: false },
  forbidden: { status: 403, level: 'info', isRetryable: false },
  not_found: { status: 404, level: 'info', isRetryable: false },
  model_not_found: { status: 404, level: 'info', isRetryable: false },
  method_not_allowed: { status: 405, level: 'info', isRetryable: false },
  conflict: { status: 409, level: 'info', isRetryable: false },
  body_too_slow: { status: 408, level: 'info', isRetryable: true },
  body_too_large: { status: 413, level: 'info', isRetryable: false },
  unsupported_media_type: { status: 415, level: 'info', isRetryable: false },
  context_too_long: { status: 400, level: 'info', isRetryable: false },
  unsupported_parameter: { status: 400, level: 'info', isRetryable: false },
  rate_limited: { status: 429, level: 'info', isRetryable: true },
  budget_exhausted: { status: 429, level: 'warn', isRetryable: false },
  unpriced_target: { status: 403, level: 'warn', isRetryable: false },
  review_refused: { status: 403, level: 'info', isRetryable: false },
  client_closed: { status: 499, level: 'info', isRetryable: false },
  content_blocked: { status: 400, level: 'info', isRetryable: false },
  checks_failed: { status: 422, level: 'info', isRetryable: false },
  // what stands behind us
  upstream_rejected: { status: 400, level: 'info', isRetryable: false },
  upstream_unauthorized: { status: 502, level: 'error', isRetryable: false },
  upstream_rate_limited: { status: 429, level: 'warn', isRetryable: true },
  upstream_error: { status: 502, level: 'warn', isRetryable: true },
  upstream_unreachable: { status: 502, level: 'warn', isRetryable: true },
  upstream_timeout: { status: 504, level: 'warn', isRetryable: true },
  no_target_available: { status: 503, level: 'warn', isRetryable: true },
  engine_crashed: { status: 502, level: 'error', isRetryable: true },
  engine_not_ready: { status: 503, level: 'warn', isRetryable: true },
  engine_busy: { status: 429, level: 'warn', isRetryable: true },
  overloaded: { status: 429, level: 'info', isRetryable: true },
  // ourselves
  data_worker_crashed: { status: 503, level: 'error', isRetryable: true },
  guardrail_unavailable: { status: 503, level: 'error', isRetryable: true },
  not_ready: { status: 503, level: 'warn', isRetryable: true },
  shutting_down: { status: 503, level: 'info', isRetryable: true },
  storage_unavailable: { status: 503, level: 'error', isRetryable: true },
  invalid_configuration: { status: 400, level: 'error', isRetryable: false },
  data_folder_in_use: { status: 500, level: 'error', isRetryable: false },
  migration_failed: { status: 500, level: 'error', isRetryable: false },
  invalid_environment: { status: 500, level: 'error', isRetryable: false },
  unavailable_here: { status: 501, level: 'info', isRetryable: false },
} as const satisfies Record<string, FailureKind>

export interface FailureKind {
  /** The HTTP status it is answered with. */
  readonly status: number
  /** The level it is logged at. */
  readonly level: 'info' | 'warn' | 'error'
  /** Whether the same call may succeed later. */
  readonly isRetryable: boolean
}

export type FailureCode = keyof typeof kinds

export interface FailureDetails {
  /** The parameter at fault, as the client spelled it, e.g. `messages[0].role`. */
  readonly parameter?: string
  /** How many seconds the caller should wait before trying again; told to clients in whole ones. */
  readonly retryAfterSeconds?: number
  /** `false` where the client should not try again by itself: we have, or it would be in vain. */
  readonly shouldRetry?: boolean
  /** The HTTP status the upstream gave, where it is not the one of the code. */
  readonly upstreamStatus?: number
  /** The upstream's own error code or type, e.g. `insufficient_quota`. */
  readonly upstreamCode?: string
  /** Anything else worth logging; never secrets, never content. */
  readonly [name: string]: unknown
}

/**
 * A failure we expected: a stable code, and a message that says what was wrong and how to mend it.
 * Anything thrown that is not a `Failure` is a bug: logged once with an id and answered 500 with that id.
 */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: FailureCode
  readonly details: FailureDetails

  constructor(
    code: FailureCode,
    message: string,
    options: { details?: FailureDetails; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
  }

  get kind(): FailureKind {
    return kinds[this.code]
  }

  /** The status to answer with: the upstream's own where it said something more exact. */
  get status(): number {
    return this.details.upstreamStatus ?? this.kind.status
  }
}
