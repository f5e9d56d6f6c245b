import { formatMs, formatTime, formatUsd } from './figures.ts'
import type { Column } from './table.ts'
import type { WireInference } from './wire.ts'

export function inferenceColumns(): Column<WireInference>[] {
  return [
    { title: 'started', value: inference => formatTime(inference.started_at) },
    { title: 'id', value: inference => inference.id },
    { title: 'tenant', value: inference => inference.tenant },
    { title: 'service', value: inference => serviceOf(inference) },
    { title: 'outcome', value: outcomeOf },
    { title: 'tokens', value: tokensOf },
    { title: 'first token', value: inference => formatMs(inference.ttft_ms), isNumber: true },
    { title: 'latency', value: inference => formatMs(inference.latency_ms), isNumber: true },
    { title: 'cost', value: inference => formatUsd(inference.cost_nano_usd), isNumber: true },
  ]
}

export function serviceOf({ service, release }: WireInference): string {
  return typeof release === 'string' ? `${service}/${release}` : service
}

export function outcomeOf({ outcome, status, failure_code }: WireInference): string {
  return outcome === 'ok'
    ? 'ok'
    : `${outcome} ${status}${typeof failure_code === 'string' ? ` ${failure_code}` : ''}`
}

/** Read → written, e.g. `113 → 41`. */
export function tokensOf({ usage }: WireInference): string {
  if (usage === null || usage === undefined) return '–'
  const read =
    usage.input_tokens +
    usage.cache_read_tokens +
    usage.cache_write_tokens +
    usage.cache_write_hour_tokens +
    usage.audio_input_tokens +
    usage.image_input_tokens
  const written =
    usage.output_tokens + usage.reasoning_tokens + usage.audio_output_tokens + usage.image_output_tokens
  return `${read} → ${written}`
}
