// Made from docs/reference/openapi.json by scripts/generate-api.ts. Do not edit.

export type Part0 =
  | string
  | number
  | boolean
  | null
  | Part0[]
  | {
      [k: string]: Part0
    }

export interface Api {
  listInferences: {
    answer: InferenceList
  }
  getInference: {
    answer: InferenceDetail
  }
  giveFeedback: {
    body: {
      /**
       * From 0, useless, to 1, perfect.
       */
      score?: number
      /**
       * A word or two of your own, e.g. `wrong-product`.
       */
      label?: string
      comment?: string
      /**
       * What the answer should have been: text or any other JSON.
       */
      corrected_output?:
        | string
        | number
        | boolean
        | null
        | Part0[]
        | {
            [k: string]: Part0
          }
    }
    answer: Feedback
  }
  getOverview: {
    answer: Overview
  }
  getCosts: {
    answer: CostReport
  }
  listAnswers: {
    answer: AnswerList
  }
  getPrices: {
    answer: PriceReport
  }
  listServices: {
    answer: {
      data: Service[]
      next_cursor: null
    }
  }
  listQueues: {
    answer: {
      data: Queue[]
      next_cursor: null
    }
  }
  listLimits: {
    answer: {
      data: ScopeLimits[]
      next_cursor: null
    }
  }
  setLimits: {
    body: {
      /**
       * How much may be asked for; what exceeds it is answered 429.
       *
       * @maxItems 20
       *
       * Items: `{ requests, per }`, `{ tokens, per }` or `{ concurrent }`.
       */
      limits?: (
        | {
            /**
             * Requests in each window.
             */
            requests: number
            /**
             * The window, in UTC; weeks begin on Monday.
             */
            per: 'minute' | 'hour' | 'day' | 'week' | 'month'
          }
        | {
            /**
             * Tokens in each window, of prompts and answers together.
             */
            tokens: number
            /**
             * The window, in UTC; weeks begin on Monday.
             */
            per: 'minute' | 'hour' | 'day' | 'week' | 'month'
          }
        | {
            /**
             * Requests under way at once.
             */
            concurrent: number
          }
      )[]
      /**
       * What may be spent.
       *
       * @maxItems 20
       *
       * Items: `{ usd, per, kind }`.
       */
      budgets?: {
        /**
         * US dollars in each window.
         */
        usd: number
        /**
         * The window, in UTC; weeks begin on Monday.
         */
        per: 'minute' | 'hour' | 'day' | 'week' | 'month'
        /**
         * `hard` refuses what could exceed it; `soft` lets it pass and tells.
         */
        kind?: 'hard' | 'soft'
      }[]
    }
    answer: ScopeLimits
  }
  listBatches: {
    answer: {
      data: Batch[]
      next_cursor: string | null
    }
  }
  readBatch: {
    answer: Batch
  }
  listBatchFailures: {
    answer: {
      data: BatchLineFailure[]
    }
  }
  cancelBatch: {
    answer: Batch
  }
  listCaches: {
    answer: {
      data: ServiceCache[]
      next_cursor: null
    }
  }
  clearCache: {
    answer: {
      /**
       * Of the process that was asked.
       */
      forgotten: number
    }
  }
  listEngines: {
    answer: {
      data: Engine[]
      next_cursor: null
    }
  }
  restartEngine: {
    answer: Engine
  }
  listProviders: {
    answer: {
      data: Provider[]
      next_cursor: null
    }
  }
  readModelCard: {
    answer: ModelCard
  }
  openSession: {
    body: {
      key: string
    }
  }
  readMe: {
    answer: Me
  }
  listKeys: {
    answer: {
      data: Key[]
      next_cursor: string | null
    }
  }
  createKey: {
    body: {
      name: string
      role: 'owner' | 'operator' | 'developer' | 'reviewer' | 'auditor' | 'service'
      /**
       * Null is the whole installation; left out, it is where your own key belongs.
       */
      tenant?: string | null
      services?: string[] | null
      expires_at?: string | null
    }
    answer: NewKey
  }
  listTenants: {
    answer: {
      data: Tenant[]
      next_cursor: null
    }
  }
  createTenant: {
    body: {
      id: string
      name?: string
      services?: string[] | null
    }
    answer: Tenant
  }
  updateTenant: {
    body: {
      name?: string | null
      services?: string[] | null
    }
    answer: Tenant
  }
  listAuditEntries: {
    answer: {
      data: AuditEntry[]
      next_cursor: string | null
    }
  }
  readConfiguration: {
    answer: {
      hash: string
      file: string
      loaded_at: string
      /**
       * The one that is in force here, of those published for all replicas.
       */
      revision: number | null
      /**
       * Whether a revision is followed that was published after what the file says.
       */
      is_file_stale: boolean
      problem: {
        message: string
        problems: ConfigurationProblem[]
      } | null
    }
  }
  checkConfiguration: {
    body: {
      /**
       * The text of a slipway.yaml.
       */
      text: string
    }
    answer: {
      ok: boolean
      problems: ConfigurationProblem[]
    }
  }
  listConfigurationRevisions: {
    answer: {
      data: ConfigurationRevision[]
      next_cursor: string | null
    }
  }
  publishConfiguration: {
    body: {
      /**
       * The text of a slipway.yaml.
       */
      text: string
    }
    answer: WrittenConfigurationRevision
  }
  readConfigurationRevision: {
    answer: WrittenConfigurationRevision
  }
  rollBackConfiguration: {
    answer: WrittenConfigurationRevision
  }
  readSystem: {
    answer: System
  }
  readOpenApi: {
    answer: {
      [k: string]: unknown
    }
  }
  readApiPage: {
    answer: string
  }
}
export interface InferenceList {
  data: Inference[]
  next_cursor: string | null
}
export interface Inference {
  /**
   * UUIDv7; orders inferences by their start.
   */
  id: string
  request_id: string
  /**
   * W3C trace id, 32 hex digits.
   */
  trace_id: string
  span_id: string
  parent_span_id: string | null
  tenant: string
  key_id: string
  service: string
  release: string | null
  /**
   * `engine:<name>` or `provider:<name>`.
   */
  target: string | null
  upstream_model: string | null
  operation:
    | 'chat'
    | 'completion'
    | 'embedding'
    | 'messages'
    | 'count_tokens'
    | 'tokenize'
    | 'responses'
    | 'moderation'
    | 'rerank'
    | 'image'
    | 'image_edit'
    | 'image_variation'
    | 'speech'
    | 'transcription'
    | 'translation'
  is_stream: boolean
  outcome: 'ok' | 'error' | 'aborted'
  /**
   * The HTTP status that the client saw; 499 where it left first.
   */
  status: number
  failure_code: string | null
  failure_message: string | null
  finish_reason: string | null
  usage: {
    input_tokens: number
    cache_read_tokens: number
    cache_write_tokens: number
    output_tokens: number
    reasoning_tokens: number
    cache_write_hour_tokens: number
    audio_input_tokens: number
    image_input_tokens: number
    audio_output_tokens: number
    image_output_tokens: number
    /**
     * What is charged beside tokens, where there was any.
     */
    units: {
      [k: string]: number
    } | null
  } | null
  /**
   * Billionths of a US dollar; null is unpriced, not free.
   */
  cost_nano_usd: number | null
  /**
   * What the upstream itself said that it cost.
   */
  reported_cost_nano_usd: number | null
  /**
   * The tier that the upstream says it served.
   */
  service_tier: string | null
  /**
   * The id that the upstream gave its answer.
   */
  upstream_id: string | null
  /**
   * Whether usage and cost are partly a guess: an upstream that broke off or was left never told.
   */
  is_cost_estimate: boolean
  /**
   * How a cache answered it; null where the model did.
   */
  cache: ('exact' | 'semantic') | null
  /**
   * What the answer had cost the first time, where a cache gave it again.
   */
  saved_nano_usd: number | null
  started_at: string
  latency_ms: number
  /**
   * Time to the first token, from the start.
   */
  ttft_ms: number | null
  /**
   * From the start until limits and budgets had let it through.
   */
  admitted_ms: number | null
  /**
   * From the start to the call of the upstream.
   */
  upstream_start_ms: number | null
  /**
   * From the start to the head of its answer.
   */
  upstream_headers_ms: number | null
  /**
   * Every call that was sent for it and why; null where there was one target and one attempt.
   */
  attempts: InferenceAttempt[] | null
  /**
   * The configuration that decided this request.
   */
  snapshot_hash: string
}
export interface InferenceAttempt {
  /**
   * `engine:NAME` or `provider:NAME`.
   */
  target: string
  model: string
  /**
   * Why it went there.
   */
  reason: string
  /**
   * All times count from the start of the inference.
   */
  start_ms: number
  /**
   * When it had its place and was sent.
   */
  sent_ms: number | null
  headers_ms: number | null
  first_token_ms: number | null
  end_ms: number | null
  /**
   * `ok`, the code of a failure, or `abandoned` where another was faster.
   */
  outcome: string | null
  message: string | null
}
export interface InferenceDetail {
  /**
   * UUIDv7; orders inferences by their start.
   */
  id: string
  request_id: string
  /**
   * W3C trace id, 32 hex digits.
   */
  trace_id: string
  span_id: string
  parent_span_id: string | null
  tenant: string
  key_id: string
  service: string
  release: string | null
  /**
   * `engine:<name>` or `provider:<name>`.
   */
  target: string | null
  upstream_model: string | null
  operation:
    | 'chat'
    | 'completion'
    | 'embedding'
    | 'messages'
    | 'count_tokens'
    | 'tokenize'
    | 'responses'
    | 'moderation'
    | 'rerank'
    | 'image'
    | 'image_edit'
    | 'image_variation'
    | 'speech'
    | 'transcription'
    | 'translation'
  is_stream: boolean
  outcome: 'ok' | 'error' | 'aborted'
  /**
   * The HTTP status that the client saw; 499 where it left first.
   */
  status: number
  failure_code: string | null
  failure_message: string | null
  finish_reason: string | null
  usage: {
    input_tokens: number
    cache_read_tokens: number
    cache_write_tokens: number
    output_tokens: number
    reasoning_tokens: number
    cache_write_hour_tokens: number
    audio_input_tokens: number
    image_input_tokens: number
    audio_output_tokens: number
    image_output_tokens: number
    /**
     * What is charged beside tokens, where there was any.
     */
    units: {
      [k: string]: number
    } | null
  } | null
  /**
   * Billionths of a US dollar; null is unpriced, not free.
   */
  cost_nano_usd: number | null
  /**
   * What the upstream itself said that it cost.
   */
  reported_cost_nano_usd: number | null
  /**
   * The tier that the upstream says it served.
   */
  service_tier: string | null
  /**
   * The id that the upstream gave its answer.
   */
  upstream_id: string | null
  /**
   * Whether usage and cost are partly a guess: an upstream that broke off or was left never told.
   */
  is_cost_estimate: boolean
  /**
   * How a cache answered it; null where the model did.
   */
  cache: ('exact' | 'semantic') | null
  /**
   * What the answer had cost the first time, where a cache gave it again.
   */
  saved_nano_usd: number | null
  started_at: string
  latency_ms: number
  /**
   * Time to the first token, from the start.
   */
  ttft_ms: number | null
  /**
   * From the start until limits and budgets had let it through.
   */
  admitted_ms: number | null
  /**
   * From the start to the call of the upstream.
   */
  upstream_start_ms: number | null
  /**
   * From the start to the head of its answer.
   */
  upstream_headers_ms: number | null
  /**
   * Every call that was sent for it and why; null where there was one target and one attempt.
   */
  attempts: InferenceAttempt[] | null
  /**
   * The configuration that decided this request.
   */
  snapshot_hash: string
  feedback: Feedback[]
  /**
   * Null where the service does not keep it.
   */
  content: InferenceContent | null
}
export interface Feedback {
  id: string
  inference_id: string
  score: number | null
  label: string | null
  comment: string | null
  /**
   * What the answer should have been; null where nothing was said.
   */
  corrected_output: {
    [k: string]: unknown
  }
  created_at: string
  /**
   * The id of the key that gave it.
   */
  created_by: string
}
export interface InferenceContent {
  request: unknown
  response: unknown
  /**
   * Whether anything was too large to keep; the places say so in the text itself.
   */
  truncated: boolean
}
export interface Overview {
  since: string
  until: string
  bucket_seconds: number
  totals: OverviewTotals
  previous: OverviewTotals1
  series: {
    at: string
    requests: number
    errors: number
    latency_p50_ms: number | null
    latency_p95_ms: number | null
    ttft_p50_ms: number | null
    ttft_p95_ms: number | null
    /**
     * Of all inferences together.
     */
    output_tokens_per_second: number
    cost_nano_usd: number | null
  }[]
  services: {
    service: string
    requests: number
    errors: number
    latency_p95_ms: number | null
    cost_nano_usd: number | null
  }[]
}
export interface OverviewTotals {
  requests: number
  errors: number
  aborted: number
  /**
   * All prompt tokens, cached ones included.
   */
  input_tokens: number
  /**
   * All answer tokens, reasoning included.
   */
  output_tokens: number
  /**
   * Of the priced inferences; null where none was.
   */
  cost_nano_usd: number | null
  unpriced_requests: number
  /**
   * Of successful inferences, within 1 %; null where there were none.
   */
  latency_p50_ms: number | null
  latency_p95_ms: number | null
  ttft_p50_ms: number | null
  ttft_p95_ms: number | null
}
/**
 * The same for the period just before, equally long.
 */
export interface OverviewTotals1 {
  requests: number
  errors: number
  aborted: number
  /**
   * All prompt tokens, cached ones included.
   */
  input_tokens: number
  /**
   * All answer tokens, reasoning included.
   */
  output_tokens: number
  /**
   * Of the priced inferences; null where none was.
   */
  cost_nano_usd: number | null
  unpriced_requests: number
  /**
   * Of successful inferences, within 1 %; null where there were none.
   */
  latency_p50_ms: number | null
  latency_p95_ms: number | null
  ttft_p50_ms: number | null
  ttft_p95_ms: number | null
}
export interface CostReport {
  since: string
  /**
   * The last day, within.
   */
  until: string
  group_by: string
  totals: {
    calls: number
    /**
     * Calls that used something without a declared price; they cost nothing here.
     */
    unpriced_calls: number
    /**
     * Calls whose usage is partly a guess, as the upstream never told.
     */
    estimated_calls: number
    /**
     * Calls that the cache of answers gave: nothing was sent, nothing is paid.
     */
    cached_calls: number
    /**
     * Of the priced calls.
     */
    cost_nano_usd: number
    /**
     * What the providers' prompt caches saved; negative where writing cost more than reading brought in.
     */
    cache_saved_nano_usd: number
    /**
     * What the cache of answers saved.
     */
    answers_saved_nano_usd: number
    /**
     * Tokens in disjoint buckets: their sum is all that was processed.
     */
    usage: {
      input_tokens: number
      cache_read_tokens: number
      cache_write_tokens: number
      output_tokens: number
      reasoning_tokens: number
      cache_write_hour_tokens: number
      audio_input_tokens: number
      image_input_tokens: number
      audio_output_tokens: number
      image_output_tokens: number
      /**
       * What is charged beside tokens, where there was any.
       */
      units: {
        [k: string]: number
      } | null
    }
  }
  /**
   * The truth for money, of the same period, written through a journal: more than the totals where traces were lost. Null where it is asked by target.
   */
  ledger: {
    inferences: number
    cost_nano_usd: number
    /**
     * Calls of processes that died: their worst case is what is written.
     */
    interrupted: number
  } | null
  /**
   * The dearest first.
   */
  groups: {
    group: string
    calls: number
    /**
     * Calls that used something without a declared price; they cost nothing here.
     */
    unpriced_calls: number
    /**
     * Calls whose usage is partly a guess, as the upstream never told.
     */
    estimated_calls: number
    /**
     * Calls that the cache of answers gave: nothing was sent, nothing is paid.
     */
    cached_calls: number
    /**
     * Of the priced calls.
     */
    cost_nano_usd: number
    /**
     * What the providers' prompt caches saved; negative where writing cost more than reading brought in.
     */
    cache_saved_nano_usd: number
    /**
     * What the cache of answers saved.
     */
    answers_saved_nano_usd: number
    /**
     * Tokens in disjoint buckets: their sum is all that was processed.
     */
    usage: {
      input_tokens: number
      cache_read_tokens: number
      cache_write_tokens: number
      output_tokens: number
      reasoning_tokens: number
      cache_write_hour_tokens: number
      audio_input_tokens: number
      image_input_tokens: number
      audio_output_tokens: number
      image_output_tokens: number
      /**
       * What is charged beside tokens, where there was any.
       */
      units: {
        [k: string]: number
      } | null
    }
  }[]
  days: {
    day: string
    group: string
    calls: number
    /**
     * Calls that used something without a declared price; they cost nothing here.
     */
    unpriced_calls: number
    /**
     * Calls whose usage is partly a guess, as the upstream never told.
     */
    estimated_calls: number
    /**
     * Calls that the cache of answers gave: nothing was sent, nothing is paid.
     */
    cached_calls: number
    /**
     * Of the priced calls.
     */
    cost_nano_usd: number
    /**
     * What the providers' prompt caches saved; negative where writing cost more than reading brought in.
     */
    cache_saved_nano_usd: number
    /**
     * What the cache of answers saved.
     */
    answers_saved_nano_usd: number
    /**
     * Tokens in disjoint buckets: their sum is all that was processed.
     */
    usage: {
      input_tokens: number
      cache_read_tokens: number
      cache_write_tokens: number
      output_tokens: number
      reasoning_tokens: number
      cache_write_hour_tokens: number
      audio_input_tokens: number
      image_input_tokens: number
      audio_output_tokens: number
      image_output_tokens: number
      /**
       * What is charged beside tokens, where there was any.
       */
      units: {
        [k: string]: number
      } | null
    }
  }[]
  unpriced: {
    target: string
    model: string
    calls: number
    /**
     * What gives it a price.
     */
    mend: string
  }[]
}
export interface AnswerList {
  data: {
    inference_id: string
    /**
     * The id that the upstream gave its answer.
     */
    answer_id: string
    cost_nano_usd: number | null
  }[]
  next_cursor: string | null
}
export interface PriceReport {
  day: string
  data: {
    provider: string | null
    engine: string | null
    /**
     * Null holds for all models that have none of their own.
     */
    model: string | null
    from: string
    /**
     * `slipway.yaml`, or the price list that ships with Slipway.
     */
    origin: string
    source: string | null
    /**
     * By bucket; a bucket that is not named has no price.
     */
    usd_per_million_tokens: {
      [k: string]: number
    }
    usd_per_thousand_units: {
      [k: string]: number
    }
    long_prompts: {
      above_input_tokens: number
      usd_per_million_tokens: {
        [k: string]: number
      }
    }[]
    /**
     * The factor of each tier.
     */
    service_tiers: {
      [k: string]: number
    }
  }[]
  /**
   * Targets of services that have no price on that day.
   */
  unpriced: {
    service: string
    target: string
    model: string
    mend: string
  }[]
  /**
   * Rows of price lists that are left out, and why.
   */
  problems: string[]
}
export interface Service {
  name: string
  description: string | null
  /**
   * The release that serves.
   */
  release: string
  /**
   * Whether prompts and answers are kept.
   */
  store_content: boolean
  releases: {
    name: string
    /**
     * The first of its targets: `engine:NAME` or `provider:NAME`.
     */
    target: string
    /**
     * The model at the provider.
     */
    model: string | null
    /**
     * Everywhere that its calls may go.
     */
    targets: ServiceTarget[]
    system_prompt: string | null
    parameters: {
      [k: string]: unknown
    }
    active: boolean
  }[]
  state: 'ready' | 'degraded' | 'starting'
  state_reason: string | null
}
export interface ServiceTarget {
  /**
   * `engine:NAME` or `provider:NAME`.
   */
  target: string
  /**
   * The model at the provider.
   */
  model: string | null
  weight: number
  /**
   * The causes that it takes over on; null for the targets that serve while nothing fails.
   */
  fallback_on: ('outage' | 'rate_limit' | 'context_too_long' | 'content_refused')[] | null
  /**
   * Of its circuit breaker; `cooling` while it limits our rate, `unknown` before the first call.
   */
  state: 'closed' | 'open' | 'half-open' | 'cooling' | 'unknown'
  /**
   * Why it is left alone.
   */
  reason: string | null
  /**
   * When it is tried again; 0 where it takes calls.
   */
  retry_in_ms: number
  /**
   * Calls of this process that are under way.
   */
  in_flight: number
  /**
   * Recent time to the first token, or to the whole answer.
   */
  latency_ms: number | null
}
export interface Queue {
  /**
   * `engine:NAME`, `provider:NAME`, or `provider:NAME MODEL`.
   */
  target: string
  fairness: 'vtc' | 'locality' | 'fifo'
  in_flight_tokens: number
  in_flight_requests: number
  /**
   * The part of this server; null where tokens are not bounded.
   */
  token_limit: number | null
  request_limit: number | null
  queued: {
    interactive: number
    standard: number
    batch: number
  }
  queued_tokens: number
  oldest_ms: number
  max_queue_ms: number
  max_queued: number
  /**
   * Until all that waits now has gone out at the present pace; null before that is known.
   */
  drain_ms: number | null
  tenants: QueueTenant[]
}
export interface QueueTenant {
  tenant: string
  weight: number
  /**
   * What the order goes by, by priority. `vtc` and `fifo`: units served over weight; `locality`: units of credit.
   */
  counters: {
    [k: string]: number
  }
  in_flight_requests: number
  queued_requests: number
  queued_tokens: number
  /**
   * Since the processes of this server started.
   */
  served_tokens: number
  /**
   * Tokens in each five seconds of the last five minutes, oldest first.
   */
  served_history: number[]
  /**
   * Of its last 256 requests.
   */
  wait_p50_ms: number | null
  wait_p99_ms: number | null
}
export interface ScopeLimits {
  scope: 'tenant' | 'key' | 'service'
  id: string
  /**
   * Those of the configuration file are changed there.
   */
  source: 'file' | 'api'
  rules: {
    measure: 'requests' | 'tokens' | 'usd' | 'concurrent'
    /**
     * Requests, tokens, nano-dollars, or requests under way.
     */
    limit: number
    /**
     * Null for what is under way.
     */
    per: ('minute' | 'hour' | 'day' | 'week' | 'month') | null
    kind: 'hard' | 'soft'
    /**
     * The window that holds now, by its name.
     */
    window: string
    ends_at: string | null
    /**
     * Used by requests that have ended, in all processes.
     */
    spent: number
    /**
     * Held by processes: set aside for requests under way, or for the next ones.
     */
    leased: number
    remaining: number
    /**
     * What will be spent at the end of the window if it goes on like this.
     */
    forecast: number | null
  }[]
}
export interface Batch {
  id: string
  tenant: string
  endpoint: string
  status: string
  input_file_id: string
  output_file_id: string | null
  error_file_id: string | null
  total: number
  completed: number
  failed: number
  /**
   * Of the lines answered so far, as far as they have a price.
   */
  cost_nano_usd: number
  /**
   * Since it began.
   */
  lines_per_minute: number | null
  /**
   * At that pace; null where nothing is left or known.
   */
  remaining_seconds: number | null
  errors: {
    code: string
    message: string
    param: string | null
    line: number | null
  }[]
  created_at: string
  in_progress_at: string | null
  ended_at: string | null
  expires_at: string
}
export interface BatchLineFailure {
  line: number
  custom_id: string
  status: number | null
  code: string | null
  message: string
}
export interface ServiceCache {
  service: string
  /**
   * Who gets answers from it; null is all, each its own.
   */
  tenants: string[] | null
  exact: boolean
  /**
   * Kept by this process.
   */
  answers: number
  bytes: number
  semantic: {
    mode: 'shadow' | 'serve'
    /**
     * Whether hits are given to clients now.
     */
    serving: boolean
    /**
     * Why they are, or are not.
     */
    reason: string
    /**
     * Hits that were compared with what the model said, by all processes.
     */
    trials: number
    wrong: number
    /**
     * Upper bound of the share of wrong hits, 95 % sure at all looks together.
     */
    wrong_bound: number
    /**
     * What the bound may be for hits to be served.
     */
    max_wrong: number
  } | null
}
export interface Engine {
  name: string
  kind: 'llama.cpp'
  /**
   * As the configuration names it.
   */
  model: string
  state: 'starting' | 'ready' | 'restarting' | 'failed' | 'stopped'
  /**
   * Why it is not ready, and what to do about it.
   */
  state_reason: string | null
  pid: number | null
  /**
   * Times that it was started again by itself.
   */
  restarts: number
  /**
   * Tokens a sequence may hold; null until it was ready once.
   */
  context_size: number | null
  /**
   * Sequences decoded together.
   */
  parallel: number
  /**
   * Requests being answered, as of the last two seconds.
   */
  active_sequences: number
}
export interface Provider {
  name: string
  kind: string
  /**
   * Where its API is; null where the kind knows.
   */
  base_url: string | null
  /**
   * Whether a key was found where the configuration says, or a role takes its place.
   */
  has_key: boolean
}
export interface ModelCard {
  name: string
  description: string
  license: string
  file: string
  sha256: string
  bytes: number
  parameters: number
  shape: {
    [k: string]: number
  }
  training: {
    seed: number
    steps: number
    examples: number
    tokensSeen: number
    seconds: number
    finalLoss: number
    spec: {
      [k: string]: unknown
    }
  }
  data: {
    seed: number
    heldOutShare: number
    products: number
    intents: number
    styles: number
  }
  heldOut: {
    messages: number
    scores: {
      [k: string]: {
        count: number
        total: number
        share: number
        low: number
        high: number
      }
    }
    allFieldsByStyle: {
      [k: string]: {
        count: number
        total: number
        share: number
        low: number
        high: number
      }
    }
  }
  limits: string[]
  reproduce: string
}
export interface Me {
  key_id: string
  key_name: string
  role: 'owner' | 'operator' | 'developer' | 'reviewer' | 'auditor' | 'service'
  /**
   * Null means the whole installation.
   */
  tenant: string | null
  /**
   * The services it may use; null means all.
   */
  services: string[] | null
  permissions: string[]
}
export interface Key {
  id: string
  name: string
  /**
   * The first characters of the secret.
   */
  prefix: string
  role: 'owner' | 'operator' | 'developer' | 'reviewer' | 'auditor' | 'service'
  /**
   * Null means the whole installation.
   */
  tenant: string | null
  /**
   * Null means all that its tenant may use.
   */
  services: string[] | null
  created_at: string
  /**
   * The name of the key that made it.
   */
  created_by: string
  expires_at: string | null
  revoked_at: string | null
  /**
   * Some seconds late.
   */
  last_used_at: string | null
}
export interface NewKey {
  id: string
  name: string
  /**
   * The first characters of the secret.
   */
  prefix: string
  role: 'owner' | 'operator' | 'developer' | 'reviewer' | 'auditor' | 'service'
  /**
   * Null means the whole installation.
   */
  tenant: string | null
  /**
   * Null means all that its tenant may use.
   */
  services: string[] | null
  created_at: string
  /**
   * The name of the key that made it.
   */
  created_by: string
  expires_at: string | null
  revoked_at: string | null
  /**
   * Some seconds late.
   */
  last_used_at: string | null
  /**
   * The key itself. It is shown this once.
   */
  secret: string
}
export interface Tenant {
  id: string
  name: string | null
  /**
   * The services its keys may use; null means all.
   */
  services: string[] | null
  /**
   * `file`: declared in the configuration, and changed there.
   */
  source: 'file' | 'api'
  created_at: string
}
export interface AuditEntry {
  id: string
  at: string
  /**
   * The id of the key, or `system`.
   */
  actor: string
  actor_name: string
  action: string
  subject: string
  /**
   * Null where it concerns the whole installation.
   */
  tenant: string | null
  /**
   * SHA-256 of the canonical JSON of the subject before.
   */
  before_hash: string | null
  after_hash: string | null
  request_id: string | null
}
export interface ConfigurationProblem {
  file: string
  line: number
  column: number
  /**
   * The key at fault, e.g. `services.support.releases.v1.target`.
   */
  path: string
  message: string
  /**
   * What to do about it.
   */
  mend: string
}
export interface ConfigurationRevision {
  revision: number
  /**
   * Of the snapshot that it made; inferences name it.
   */
  hash: string
  /**
   * SHA-256 of the text.
   */
  text_hash: string
  published_at: string
  /**
   * The name of a key, or the host and the file.
   */
  published_by: string
  origin: 'file' | 'api' | 'rollback'
  /**
   * The revision that a rollback has put in force again.
   */
  restores: number | null
}
export interface WrittenConfigurationRevision {
  revision: number
  /**
   * Of the snapshot that it made; inferences name it.
   */
  hash: string
  /**
   * SHA-256 of the text.
   */
  text_hash: string
  published_at: string
  /**
   * The name of a key, or the host and the file.
   */
  published_by: string
  origin: 'file' | 'api' | 'rollback'
  /**
   * The revision that a rollback has put in force again.
   */
  restores: number | null
  /**
   * Canonical YAML: no comments, keys in order.
   */
  text: string
}
export interface System {
  version: string
  started_at: string
  uptime_seconds: number
  resident_bytes: number
  process_id: number
  database: {
    kind: 'embedded' | 'external'
    state: 'ready' | 'unavailable'
    /**
     * How often the embedded Postgres died and was started again.
     */
    restarts: number
    /**
     * How long a trivial query took.
     */
    latency_ms: number | null
  }
  configuration: {
    hash: string
    /**
     * Of the file as it is now; more than 0 means that an edit is not in force.
     */
    problems: number
  }
  traces: {
    queued: number
    written: number
    lost: number
  }
  requests_in_flight: number
  /**
   * Those that share the port; the figures above are their sums.
   */
  processes: {
    /**
     * `0` is the primary, which owns the database, the engines and the jobs.
     */
    worker: string
    role: 'primary' | 'worker'
    pid: number
    started_at: string
    resident_bytes: number
    requests_in_flight: number
  }[]
  /**
   * The servers on this database, seen in the last 15 seconds.
   */
  replicas: {
    /**
     * Host and process of the primary.
     */
    name: string
    /**
     * The revision of the configuration in force there.
     */
    revision: number | null
    /**
     * One that it could not put in force.
     */
    refused_revision: number | null
    /**
     * What was wrong with it there, a line each.
     */
    problems: string | null
    seen_at: string
  }[]
}
