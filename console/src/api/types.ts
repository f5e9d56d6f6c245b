/** The control API's JSON as it is on the wire. */

export const roles = ['owner', 'operator', 'developer', 'reviewer', 'auditor', 'service'] as const
export type Role = (typeof roles)[number]

export interface Page<Row> {
  readonly data: readonly Row[]
  readonly next_cursor: string | null
}

export interface Me {
  readonly key_id: string
  readonly key_name: string
  readonly role: Role
  readonly tenant: string | null
  readonly services: readonly string[] | null
  readonly permissions: readonly string[]
}

export interface Tenant {
  readonly id: string
  readonly name: string | null
  readonly services: readonly string[] | null
  readonly source: 'file' | 'api'
  readonly created_at: string | null
}

export interface NewTenant {
  readonly id: string
  readonly name?: string
  readonly services?: readonly string[]
}

export interface Key {
  readonly id: string
  readonly name: string
  readonly prefix: string
  readonly role: Role
  readonly tenant: string | null
  readonly services: readonly string[] | null
  readonly created_at: string
  readonly created_by: string | null
  readonly expires_at: string | null
  readonly revoked_at: string | null
  readonly last_used_at: string | null
}

export interface NewKey {
  readonly name: string
  readonly role: Role
  readonly tenant: string | null
  readonly services?: readonly string[]
  readonly expires_at?: string
}

export interface AuditEntry {
  readonly id: string
  readonly at: string
  readonly actor: string
  readonly actor_name: string | null
  readonly action: string
  readonly subject: string
  readonly tenant: string | null
  readonly before_hash: string | null
  readonly after_hash: string | null
  readonly request_id: string | null
}

export interface Usage {
  readonly input_tokens: number
  readonly cache_read_tokens: number
  readonly cache_write_tokens: number
  readonly output_tokens: number
  readonly reasoning_tokens: number
}

export const outcomes = ['ok', 'error', 'aborted'] as const
export type Outcome = (typeof outcomes)[number]

export interface Inference {
  readonly id: string
  readonly request_id: string
  readonly trace_id: string
  readonly span_id: string
  readonly parent_span_id: string | null
  readonly tenant: string
  readonly key_id: string
  readonly service: string
  readonly release: string | null
  readonly target: string | null
  readonly upstream_model: string | null
  readonly operation: 'chat' | 'completion' | 'embedding'
  readonly is_stream: boolean
  readonly outcome: Outcome
  readonly status: number
  readonly failure_code: string | null
  readonly failure_message: string | null
  readonly finish_reason: string | null
  readonly usage: Usage | null
  /** Nano-dollars; null means unpriced, which is not the same as 0. */
  readonly cost_nano_usd: number | null
  readonly started_at: string
  readonly latency_ms: number
  readonly ttft_ms: number | null
  readonly upstream_start_ms: number | null
  readonly upstream_headers_ms: number | null
  readonly snapshot_hash: string
}

export interface Feedback {
  readonly id: string
  readonly inference_id: string
  readonly score: number | null
  readonly label: string | null
  readonly comment: string | null
  readonly corrected_output: unknown
  readonly created_at: string
  readonly created_by: string | null
}

export interface NewFeedback {
  readonly score?: number
  readonly label?: string
  readonly comment?: string
  readonly corrected_output?: string
}

export interface InferenceDetail extends Inference {
  readonly feedback: readonly Feedback[]
  readonly content: {
    readonly request: unknown
    readonly response: unknown
    readonly truncated: boolean
  } | null
}

export interface OverviewTotals {
  readonly requests: number
  readonly errors: number
  readonly aborted: number
  readonly input_tokens: number
  readonly output_tokens: number
  readonly cost_nano_usd: number | null
  readonly unpriced_requests: number
  readonly latency_p50_ms: number | null
  readonly latency_p95_ms: number | null
  readonly ttft_p50_ms: number | null
  readonly ttft_p95_ms: number | null
}

export interface OverviewBucket {
  readonly at: string
  readonly requests: number
  readonly errors: number
  readonly latency_p50_ms: number | null
  readonly latency_p95_ms: number | null
  readonly ttft_p50_ms: number | null
  readonly ttft_p95_ms: number | null
  readonly output_tokens_per_second: number | null
  readonly cost_nano_usd: number | null
}

export interface Overview {
  readonly since: string
  readonly until: string
  readonly bucket_seconds: number
  readonly totals: OverviewTotals
  readonly previous: OverviewTotals
  readonly series: readonly OverviewBucket[]
  readonly services: readonly {
    readonly service: string
    readonly requests: number
    readonly errors: number
    readonly latency_p95_ms: number | null
    readonly cost_nano_usd: number | null
  }[]
}

export interface Release {
  readonly name: string
  readonly target: string
  readonly model: string | null
  readonly system_prompt: string | null
  readonly parameters: Readonly<Record<string, unknown>>
  readonly active: boolean
}

export interface Service {
  readonly name: string
  readonly description: string | null
  readonly release: string
  readonly store_content: boolean
  readonly releases: readonly Release[]
  readonly state: 'ready' | 'degraded' | 'starting'
  readonly state_reason: string | null
}

export interface Engine {
  readonly name: string
  readonly kind: string
  readonly model: string
  readonly state: 'starting' | 'ready' | 'restarting' | 'failed' | 'stopped'
  readonly state_reason: string | null
  readonly pid: number | null
  readonly restarts: number
  readonly context_size: number | null
  readonly parallel: number | null
  readonly active_sequences: number | null
}

export interface Provider {
  readonly name: string
  readonly kind: string
  readonly base_url: string | null
  readonly has_key: boolean
}

export interface ConfigurationProblem {
  readonly file: string
  readonly line: number | null
  readonly column: number | null
  readonly path: string
  readonly message: string
  readonly mend: string | null
}

export interface Configuration {
  readonly hash: string
  readonly file: string
  readonly loaded_at: string
  readonly problem: { readonly message: string; readonly problems: readonly ConfigurationProblem[] } | null
}

export interface System {
  readonly version: string
  readonly started_at: string
  readonly uptime_seconds: number
  readonly resident_bytes: number
  readonly database: Readonly<Record<string, unknown>>
  readonly requests_in_flight: number
  readonly traces: { readonly queued: number; readonly written: number; readonly lost: number }
}
