import type { ExportRow, FlatRecord } from './export-row.ts'
import { countIn, dayIn, nanoUsdIn, textIn } from './flat-record.ts'

/** Amounts of the cost report are in cents, as decimal text. */
const nanoUsdPerCent = 10_000_000

/**
 * A result of Anthropic's Usage and Cost API (`/v1/organizations/usage_report/messages`, `/cost_report`),
 * https://platform.claude.com/cookbook/observability-usage-cost-api, or a row of the CSV that its console exports.
 */
export function readAnthropic(record: FlatRecord): ExportRow | undefined {
  if ('uncached_input_tokens' in record) {
    return {
      day: dayIn(record, 'starting_at'),
      model: textIn(record, 'model'),
      counts: {
        input: countIn(record, 'uncached_input_tokens') ?? 0,
        cacheRead: countIn(record, 'cache_read_input_tokens') ?? 0,
        cacheWrite: countIn(record, 'cache_creation.ephemeral_5m_input_tokens') ?? 0,
        cacheWriteHour: countIn(record, 'cache_creation.ephemeral_1h_input_tokens') ?? 0,
        output: countIn(record, 'output_tokens') ?? 0,
        searches: countIn(record, 'server_tool_use.web_search_requests') ?? 0,
      },
    }
  }
  if ('usage_input_tokens_no_cache' in record) {
    return {
      day: dayIn(record, 'usage_date_utc'),
      model: textIn(record, 'model_version') ?? textIn(record, 'model'),
      counts: {
        input: countIn(record, 'usage_input_tokens_no_cache') ?? 0,
        cacheRead: countIn(record, 'usage_input_tokens_cache_read') ?? 0,
        cacheWrite: countIn(record, 'usage_input_tokens_cache_write_5m') ?? 0,
        cacheWriteHour: countIn(record, 'usage_input_tokens_cache_write_1h') ?? 0,
        output: countIn(record, 'usage_output_tokens') ?? 0,
        searches: countIn(record, 'web_search_count') ?? 0,
      },
    }
  }
  if ('starting_at' in record && 'amount' in record) {
    return {
      day: dayIn(record, 'starting_at'),
      model: textIn(record, 'model'),
      costNanoUsd: nanoUsdIn(record, 'amount', nanoUsdPerCent),
    }
  }
  if ('usage_date_utc' in record && 'cost_usd' in record) {
    return {
      day: dayIn(record, 'usage_date_utc'),
      model: textIn(record, 'model_version') ?? textIn(record, 'model'),
      costNanoUsd: nanoUsdIn(record, 'cost_usd'),
    }
  }
  return undefined
}
