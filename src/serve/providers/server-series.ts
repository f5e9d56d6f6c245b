import type { ScrapedSample } from '../../foundation/platform/index.ts'

/** The series of inference servers that we show under names of our own. */
export const serverSeries = {
  slipway_server_requests_running: {
    type: 'gauge',
    help: 'Requests that the server answers now, as it says itself.',
    of: ['vllm:num_requests_running', 'sglang:num_running_reqs', 'llamacpp:requests_processing'],
  },
  slipway_server_requests_waiting: {
    type: 'gauge',
    help: 'Requests that wait inside of the server.',
    of: ['vllm:num_requests_waiting', 'sglang:num_queue_reqs', 'llamacpp:requests_deferred'],
  },
  slipway_server_cache_used_ratio: {
    type: 'gauge',
    help: 'How full its cache of keys and values is, from 0 to 1; of the fullest part where it has several.',
    of: [
      'vllm:kv_cache_usage_perc',
      'vllm:gpu_cache_usage_perc',
      'sglang:token_usage',
      'llamacpp:kv_cache_usage_ratio',
    ],
  },
  slipway_server_prompt_tokens_total: {
    type: 'counter',
    help: 'Tokens of prompts that it has read.',
    of: ['vllm:prompt_tokens_total', 'sglang:prompt_tokens_total', 'llamacpp:prompt_tokens_total'],
  },
  slipway_server_generated_tokens_total: {
    type: 'counter',
    help: 'Tokens that it has generated.',
    of: ['vllm:generation_tokens_total', 'sglang:generation_tokens_total', 'llamacpp:tokens_predicted_total'],
  },
  slipway_server_prefix_cache_queries_total: {
    type: 'counter',
    help: 'Tokens of prompts that it looked for in its cache of prefixes.',
    of: ['vllm:prefix_cache_queries_total'],
  },
  slipway_server_prefix_cache_hits_total: {
    type: 'counter',
    help: 'Tokens of them that it found there.',
    of: ['vllm:prefix_cache_hits_total'],
  },
  slipway_server_preemptions_total: {
    type: 'counter',
    help: 'Requests that it put aside because the cache was full.',
    of: ['vllm:num_preemptions_total'],
  },
} as const satisfies Record<
  string,
  { readonly type: 'gauge' | 'counter'; readonly help: string; readonly of: readonly string[] }
>

export type ServerSeries = keyof typeof serverSeries

const ours = new Map<string, ServerSeries>(
  Object.entries(serverSeries).flatMap(([name, { of }]) =>
    of.map(theirs => [theirs, name as ServerSeries] as const),
  ),
)

export function isServerSeries(name: string): boolean {
  return ours.has(name)
}

export interface ServerValue {
  readonly series: ServerSeries
  readonly model: string
  readonly value: number
}

const mostModels = 20
const longestModel = 120

/**
 * What a scrape says of each model, under our names. Parts of a server (data-parallel ranks, adapters) are added up; of
 * shares the greatest counts. Models beyond the twentieth are left out, so that a server cannot fill our memory.
 */
export function readServerSeries(samples: readonly ScrapedSample[]): ServerValue[] {
  const models = new Set<string>()
  const values = new Map<string, ServerValue>()
  for (const { name, labels, value } of samples) {
    const series = ours.get(name)
    const model = (labels['model_name'] ?? labels['model'] ?? '').slice(0, longestModel)
    if (series === undefined || !Number.isFinite(value)) continue
    if (!models.has(model) && models.size >= mostModels) continue
    models.add(model)
    const key = `${series} ${model}`
    const known = values.get(key)?.value
    const isShare = series === 'slipway_server_cache_used_ratio'
    const joined = known === undefined ? value : isShare ? Math.max(known, value) : known + value
    values.set(key, { series, model, value: joined })
  }
  return [...values.values()]
}
