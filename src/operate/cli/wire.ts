import { z } from 'zod'

/** What the commands read of the API's answers; more may come, and is kept for `--json`. */

export function listOf<Item extends z.ZodType>(item: Item) {
  return z.looseObject({ data: z.array(item), next_cursor: z.string().nullish() })
}

export const keyShape = z.looseObject({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  role: z.string(),
  tenant: z.string().nullish(),
  services: z.array(z.string()).nullish(),
  expires_at: z.string().nullish(),
  revoked_at: z.string().nullish(),
  last_used_at: z.string().nullish(),
})

export const createdKeyShape = keyShape.extend({ secret: z.string() })

export const tenantShape = z.looseObject({
  id: z.string(),
  name: z.string().nullish(),
  services: z.array(z.string()).nullish(),
  source: z.string().nullish(),
  created_at: z.string().nullish(),
})

export const usageShape = z.looseObject({
  input_tokens: z.number(),
  cache_read_tokens: z.number(),
  cache_write_tokens: z.number(),
  output_tokens: z.number(),
  reasoning_tokens: z.number(),
  cache_write_hour_tokens: z.number().default(0),
  audio_input_tokens: z.number().default(0),
  image_input_tokens: z.number().default(0),
  audio_output_tokens: z.number().default(0),
  image_output_tokens: z.number().default(0),
  units: z.record(z.string(), z.number()).nullish(),
})

export const inferenceShape = z.looseObject({
  id: z.string(),
  request_id: z.string().nullish(),
  trace_id: z.string().nullish(),
  conversation_id: z.string().nullish(),
  tenant: z.string(),
  service: z.string(),
  release: z.string().nullish(),
  target: z.string().nullish(),
  upstream_model: z.string().nullish(),
  operation: z.string(),
  is_stream: z.boolean(),
  outcome: z.string(),
  status: z.number(),
  failure_code: z.string().nullish(),
  failure_message: z.string().nullish(),
  finish_reason: z.string().nullish(),
  usage: usageShape.nullish(),
  cost_nano_usd: z.number().nullish(),
  reported_cost_nano_usd: z.number().nullish(),
  service_tier: z.string().nullish(),
  upstream_id: z.string().nullish(),
  started_at: z.string(),
  latency_ms: z.number(),
  ttft_ms: z.number().nullish(),
  snapshot_hash: z.string().nullish(),
})

export const serviceShape = z.looseObject({
  name: z.string(),
  release: z.string().nullish(),
  state: z.string().nullish(),
  state_reason: z.string().nullish(),
})

export const engineShape = z.looseObject({
  name: z.string(),
  state: z.string(),
  state_reason: z.string().nullish(),
  pid: z.number().nullish(),
  restarts: z.number().nullish(),
})

export const queueShape = z.looseObject({
  target: z.string(),
  fairness: z.string(),
  in_flight_tokens: z.number(),
  in_flight_requests: z.number(),
  token_limit: z.number().nullish(),
  request_limit: z.number().nullish(),
  queued: z.looseObject({ interactive: z.number(), standard: z.number(), batch: z.number() }),
  oldest_ms: z.number(),
  tenants: z.array(
    z.looseObject({
      tenant: z.string(),
      weight: z.number(),
      in_flight_requests: z.number(),
      queued_requests: z.number(),
      served_history: z.array(z.number()),
      wait_p50_ms: z.number().nullish(),
      wait_p99_ms: z.number().nullish(),
    }),
  ),
})

export const configurationShape = z.looseObject({
  hash: z.string(),
  file: z.string().nullish(),
  loaded_at: z.string().nullish(),
  problem: z.looseObject({ message: z.string() }).nullish(),
})

export const revisionShape = z.looseObject({
  revision: z.number(),
  hash: z.string(),
  published_at: z.string(),
  published_by: z.string(),
  origin: z.string(),
  restores: z.number().nullish(),
})

export const writtenRevisionShape = revisionShape.extend({ text: z.string() })

export const systemShape = z.looseObject({
  version: z.string(),
  started_at: z.string().nullish(),
  uptime_seconds: z.number(),
  resident_bytes: z.number().nullish(),
  processes: z.array(z.looseObject({ worker: z.string(), pid: z.number() })).nullish(),
})

export const scopeLimitsShape = z.looseObject({
  scope: z.string(),
  id: z.string(),
  source: z.string(),
  rules: z.array(
    z.looseObject({
      measure: z.string(),
      limit: z.number(),
      per: z.string().nullish(),
      kind: z.string(),
      spent: z.number(),
      leased: z.number(),
      remaining: z.number(),
      forecast: z.number().nullish(),
    }),
  ),
})

export const batchShape = z.looseObject({
  id: z.string(),
  tenant: z.string(),
  endpoint: z.string(),
  status: z.string(),
  total: z.number(),
  completed: z.number(),
  failed: z.number(),
  cost_nano_usd: z.number(),
  lines_per_minute: z.number().nullish(),
  remaining_seconds: z.number().nullish(),
  errors: z.array(z.looseObject({ message: z.string(), line: z.number().nullish() })),
  output_file_id: z.string().nullish(),
  error_file_id: z.string().nullish(),
  created_at: z.string(),
})

/** A batch as those who made it see it, and a file: OpenAI's shapes. */
export const ownBatchShape = z.looseObject({
  id: z.string(),
  status: z.string(),
  output_file_id: z.string().nullish(),
  error_file_id: z.string().nullish(),
})

export const fileShape = z.looseObject({ id: z.string(), bytes: z.number() })

export const modelListShape = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) })

export type WireKey = z.output<typeof keyShape>
export type WireInference = z.output<typeof inferenceShape>
export type WireBatch = z.output<typeof batchShape>
export type WireEngine = z.output<typeof engineShape>

export const cacheShape = z.looseObject({
  service: z.string(),
  tenants: z.array(z.string()).nullish(),
  exact: z.boolean(),
  answers: z.number(),
  bytes: z.number(),
  semantic: z
    .looseObject({
      serving: z.boolean(),
      reason: z.string(),
      trials: z.number(),
      wrong: z.number(),
      wrong_bound: z.number(),
      max_wrong: z.number(),
    })
    .nullish(),
})

export const policyShape = z.looseObject({
  name: z.string(),
  hash: z.string(),
  services: z.array(z.looseObject({ service: z.string(), tenant: z.string().nullish() })),
  guards: z.array(
    z.looseObject({
      name: z.string(),
      stages: z.array(z.string()),
      mode: z.string(),
      action: z.string(),
      timeout_ms: z.number(),
      on_error: z.string(),
      on_timeout: z.string(),
      report: z.string().nullish(),
      waived: z.string().nullish(),
    }),
  ),
})

export const verdictsShape = z.looseObject({
  since: z.string(),
  data: z.array(
    z.looseObject({
      service: z.string(),
      policy_hash: z.string(),
      guard: z.string(),
      stage: z.string(),
      mode: z.string(),
      outcome: z.string(),
      inferences: z.number(),
      findings: z.number(),
      scanned_chars: z.number(),
      mean_ms: z.number(),
    }),
  ),
})

export const guardrailCheckShape = z.looseObject({
  name: z.string(),
  description: z.string(),
  stages: z.array(z.string()),
  cost: z.string(),
  held: z.string(),
})

export const guardrailReportShape = z.looseObject({
  hash: z.string(),
  created_at: z.string(),
  created_by: z.string(),
  content: z.looseObject({
    policy: z.string(),
    guard: z.string(),
    action: z.string(),
    since: z.string(),
    looked: z.number(),
    would_have_acted: z.number(),
    share: z.number(),
    share_upper: z.number(),
    errors: z.number(),
    timeouts: z.number(),
    scanned_texts: z.number(),
    scanned_chars: z.number(),
    mean_ms: z.number(),
  }),
})

export const clearedCacheShape = z.looseObject({ forgotten: z.number() })

export const dataKeyShape = z.looseObject({
  id: z.string(),
  tenant: z.string(),
  purpose: z.string(),
  period: z.string(),
  generation: z.number(),
  master_key: z.string(),
  created_at: z.string(),
  shredded_at: z.string().nullish(),
})

/** What says which conversation an inference belongs to. */
export const unmaskedInferenceShape = z.looseObject({
  id: z.string(),
  tenant: z.string(),
  key_id: z.string(),
  conversation_id: z.string().nullish(),
})

export const unmaskedValueShape = z.looseObject({
  placeholder: z.string(),
  value: z.string().nullish(),
  created_at: z.string(),
})

export const unmaskingShape = z.looseObject({
  at: z.string(),
  actor_name: z.string(),
  tenant: z.string(),
  conversation: z.string(),
  reason: z.string(),
  shown: z.number(),
})

export const reviewShape = z.looseObject({
  id: z.string(),
  tenant: z.string(),
  service: z.string(),
  state: z.string(),
  priority: z.string(),
  waits_for: z.string(),
  policy: z.string(),
  fired: z.array(z.looseObject({ guard: z.string(), stage: z.string(), why: z.string() })),
  preview: z.string(),
  version: z.number(),
  content_hash: z.string(),
  claimed_by: z.string().nullish(),
  due_at: z.string(),
  expires_at: z.string(),
  decided_at: z.string().nullish(),
  decided_by: z.string().nullish(),
})

export const reviewTextShape = z.looseObject({
  role: z.string(),
  kind: z.string(),
  name: z.string().nullish(),
  text: z.string(),
})

export const reviewDetailShape = reviewShape.extend({
  context: z.array(reviewTextShape),
  texts: z.array(reviewTextShape),
  people: z.looseObject({ needed: z.number(), have: z.number() }),
  may_not_because: z.string().nullish(),
  votes: z.array(z.looseObject({ reviewer: z.string(), verdict: z.string(), rationale: z.string() })),
})

export const reviewStatsShape = z.looseObject({
  days: z.number(),
  pending: z.number(),
  overdue: z.number(),
  oldest_seconds: z.number().nullish(),
  decided: z.looseObject({
    approved: z.number(),
    edited: z.number(),
    rejected: z.number(),
    expired: z.number(),
  }),
  decision_seconds: z.looseObject({ p50: z.number().nullish(), p95: z.number().nullish() }),
  agreement: z.looseObject({
    shared: z.looseObject({ kappa: z.number(), items: z.number() }).nullish(),
    truth: z.looseObject({ kappa: z.number(), items: z.number() }).nullish(),
  }),
  reviewers: z.array(
    z.looseObject({
      name: z.string(),
      approved: z.number(),
      edited: z.number(),
      rejected: z.number(),
      p50_seconds: z.number(),
      unmasked: z.number(),
      known_given: z.number(),
      known_right: z.number(),
    }),
  ),
})

export const knownAnswerShape = z.looseObject({
  id: z.string(),
  service: z.string(),
  answer: z.string(),
  expected: z.string(),
  is_active: z.boolean(),
  given: z.number(),
  right: z.number(),
})

export const reviewerShape = z.looseObject({
  key_id: z.string(),
  name: z.string(),
  training: z.string(),
  trained_until: z.string(),
  is_trained: z.boolean(),
})
