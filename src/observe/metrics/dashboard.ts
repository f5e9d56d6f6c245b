import type { MetricQuery } from '../../foundation/config/index.ts'

/** What the numbers of a panel are; decides how they are written. */
export const panelUnits = [
  'per_second',
  'seconds',
  'share',
  'usd_per_hour',
  'tokens_per_second',
  'bytes',
  'bytes_per_second',
  'count',
  'cores',
] as const
export type PanelUnit = (typeof panelUnits)[number]

export interface PanelLine {
  /** Said where the query gives one number; with `by`, the labels name each. */
  readonly name?: string
  readonly query: Omit<MetricQuery, 'over'>
  /** What the numbers are multiplied by. */
  readonly times?: number
}

export interface Panel {
  readonly id: string
  readonly title: string
  /** One sentence: what to make of it. */
  readonly help: string
  readonly unit: PanelUnit
  /** Lines that add up to something are stacked. */
  readonly isStacked?: boolean
  readonly lines: readonly PanelLine[]
}

export interface PanelGroup {
  readonly id: string
  readonly title: string
  readonly panels: readonly Panel[]
}

const quantiles = (metric: string, ...each: readonly number[]): PanelLine[] =>
  each.map(quantile => ({
    name: `p${Math.round(quantile * 100)}`,
    query: { metric, measure: 'quantile', quantile },
  }))

/** The board that one leaves open on a wall; Grafana gets the same. */
export const board: readonly PanelGroup[] = [
  {
    id: 'traffic',
    title: 'Traffic',
    panels: [
      {
        id: 'requests',
        title: 'Requests',
        help: 'Inferences that ended, a second, by service.',
        unit: 'per_second',
        isStacked: true,
        lines: [{ query: { metric: 'slipway_inferences_total', measure: 'rate', by: ['service'] } }],
      },
      {
        id: 'errors',
        title: 'Errors',
        help: 'The share of inferences that failed, by service.',
        unit: 'share',
        lines: [
          {
            query: {
              metric: 'slipway_inferences_total',
              where: { outcome: 'error' },
              measure: 'rate',
              by: ['service'],
              per: { metric: 'slipway_inferences_total' },
            },
          },
        ],
      },
      {
        id: 'latency',
        title: 'Latency',
        help: 'From the arrival of a request to the last byte of its answer.',
        unit: 'seconds',
        lines: quantiles('slipway_inference_duration_seconds', 0.5, 0.95, 0.99),
      },
      {
        id: 'first-token',
        title: 'First token',
        help: 'From the arrival of a request to the first content of its stream.',
        unit: 'seconds',
        lines: quantiles('slipway_time_to_first_token_seconds', 0.5, 0.95, 0.99),
      },
      {
        id: 'in-flight',
        title: 'Under way',
        help: 'Inferences that have started and not ended, by service.',
        unit: 'count',
        isStacked: true,
        lines: [{ query: { metric: 'slipway_inferences_in_flight', measure: 'average', by: ['service'] } }],
      },
      {
        id: 'rejections',
        title: 'Turned away',
        help: 'Requests that were refused before they became an inference, or by a limit or a budget.',
        unit: 'per_second',
        isStacked: true,
        lines: [
          { query: { metric: 'slipway_rejected_requests_total', measure: 'rate', by: ['code'] } },
          { query: { metric: 'slipway_admission_refused_total', measure: 'rate', by: ['why'] } },
        ],
      },
    ],
  },
  {
    id: 'money',
    title: 'Tokens and money',
    panels: [
      {
        id: 'tokens',
        title: 'Tokens',
        help: 'Tokens a second, of prompts and answers, by what they are.',
        unit: 'tokens_per_second',
        isStacked: true,
        lines: [{ query: { metric: 'slipway_tokens_total', measure: 'rate', by: ['bucket'] } }],
      },
      {
        id: 'cost',
        title: 'Cost',
        help: 'What an hour costs at this pace, by service.',
        unit: 'usd_per_hour',
        isStacked: true,
        lines: [
          { query: { metric: 'slipway_cost_usd_total', measure: 'rate', by: ['service'] }, times: 3_600 },
        ],
      },
      {
        id: 'cache',
        title: 'Cache hits',
        help: 'The share of lookups that our own cache answered, by service.',
        unit: 'share',
        lines: [
          {
            query: {
              metric: 'slipway_cache_lookups_total',
              where: { result: '!miss' },
              measure: 'rate',
              by: ['service'],
              per: { metric: 'slipway_cache_lookups_total' },
            },
          },
        ],
      },
    ],
  },
  {
    id: 'guardrails',
    title: 'Guardrails and people',
    panels: [
      {
        id: 'guardrails',
        title: 'Guardrails',
        help: 'What checks had to say, a second, by outcome; passes are left out.',
        unit: 'per_second',
        isStacked: true,
        lines: [
          {
            query: {
              metric: 'slipway_guardrail_verdicts_total',
              where: { outcome: '!pass' },
              measure: 'rate',
              by: ['outcome'],
            },
          },
        ],
      },
      {
        id: 'held',
        title: 'Held back',
        help: 'The longest that an event of a guarded stream was held back.',
        unit: 'seconds',
        lines: quantiles('slipway_guardrail_held_seconds', 0.5, 0.95),
      },
      {
        id: 'reviews',
        title: 'Waiting for people',
        help: 'Reviews that nobody has decided yet, by service.',
        unit: 'count',
        isStacked: true,
        lines: [{ query: { metric: 'slipway_reviews_pending', measure: 'average', by: ['service'] } }],
      },
    ],
  },
  {
    id: 'capacity',
    title: 'Queues and upstreams',
    panels: [
      {
        id: 'queue',
        title: 'Waiting',
        help: 'Requests that wait for a place at a target.',
        unit: 'count',
        isStacked: true,
        lines: [{ query: { metric: 'slipway_queue_length', measure: 'average', by: ['target'] } }],
      },
      {
        id: 'queue-wait',
        title: 'Wait for a place',
        help: 'How long requests waited in a queue before they were sent.',
        unit: 'seconds',
        lines: quantiles('slipway_queue_wait_seconds', 0.5, 0.95),
      },
      {
        id: 'upstream-failures',
        title: 'Upstream failures',
        help: 'Calls to providers and engines that failed, a second, by upstream.',
        unit: 'per_second',
        isStacked: true,
        lines: [
          {
            query: {
              metric: 'slipway_upstream_calls_total',
              where: { outcome: '!ok' },
              measure: 'rate',
              by: ['upstream'],
            },
          },
        ],
      },
    ],
  },
  {
    id: 'engines',
    title: 'Engines and servers',
    panels: [
      {
        id: 'engine-speed',
        title: 'Generated',
        help: 'Tokens a second that our engines generate, and the servers behind providers as they say themselves.',
        unit: 'tokens_per_second',
        isStacked: true,
        lines: [
          { query: { metric: 'slipway_engine_generated_tokens_total', measure: 'rate', by: ['engine'] } },
          { query: { metric: 'slipway_server_generated_tokens_total', measure: 'rate', by: ['provider'] } },
        ],
      },
      {
        id: 'engine-slots',
        title: 'Slots in use',
        help: 'The share of an engine’s sequences that answer something.',
        unit: 'share',
        lines: [
          {
            query: {
              metric: 'slipway_engine_active_sequences',
              measure: 'average',
              by: ['engine'],
              per: { metric: 'slipway_engine_sequences' },
            },
          },
        ],
      },
      {
        id: 'engine-cache',
        title: 'Key-value cache',
        help: 'How full the caches of engines and servers are; a full one makes requests wait or start over.',
        unit: 'share',
        lines: [
          {
            query: {
              metric: 'slipway_engine_cache_tokens',
              measure: 'average',
              by: ['engine'],
              per: { metric: 'slipway_engine_cache_token_limit' },
            },
          },
          {
            query: {
              metric: 'slipway_server_cache_used_ratio',
              measure: 'average',
              by: ['provider'],
              together: 'highest',
            },
          },
        ],
      },
      {
        id: 'engine-queue',
        title: 'Waiting inside',
        help: 'Requests that wait inside of engines and servers.',
        unit: 'count',
        isStacked: true,
        lines: [
          { query: { metric: 'slipway_engine_queue_length', measure: 'average', by: ['engine'] } },
          { query: { metric: 'slipway_server_requests_waiting', measure: 'average', by: ['provider'] } },
        ],
      },
    ],
  },
  {
    id: 'machine',
    title: 'Machine',
    panels: [
      {
        id: 'cpu',
        title: 'Processor',
        help: 'Cores in use on the machines, by what for.',
        unit: 'cores',
        isStacked: true,
        lines: [
          {
            query: {
              metric: 'slipway_host_cpu_seconds_total',
              where: { mode: ['!idle', '!iowait'] },
              measure: 'rate',
              by: ['mode'],
            },
          },
        ],
      },
      {
        id: 'memory',
        title: 'Memory',
        help: 'What is free of the machines’ memory, and what our processes hold.',
        unit: 'bytes',
        lines: [
          { name: 'free', query: { metric: 'slipway_host_memory_available_bytes', measure: 'average' } },
          { name: 'Slipway', query: { metric: 'process_resident_memory_bytes', measure: 'average' } },
        ],
      },
      {
        id: 'disk',
        title: 'Disk',
        help: 'What is free of the disk that the data folder is on.',
        unit: 'share',
        lines: [
          {
            name: 'free',
            query: {
              metric: 'slipway_host_disk_available_bytes',
              measure: 'average',
              per: { metric: 'slipway_host_disk_total_bytes' },
            },
          },
        ],
      },
      {
        id: 'lag',
        title: 'Event loop',
        help: 'The longest that a timer of ours was late: what every request waits for.',
        unit: 'seconds',
        lines: [{ name: 'longest', query: { metric: 'slipway_event_loop_lag_seconds', measure: 'highest' } }],
      },
      {
        id: 'network',
        title: 'Network',
        help: 'Bytes a second over all interfaces but the loopback.',
        unit: 'bytes_per_second',
        lines: [
          { query: { metric: 'slipway_host_network_bytes_total', measure: 'rate', by: ['direction'] } },
        ],
      },
    ],
  },
]
