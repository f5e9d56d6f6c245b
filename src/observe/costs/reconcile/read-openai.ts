import type { ExportRow, FlatRecord } from './export-row.ts'
import { countIn, dayIn, nanoUsdIn, textIn } from './flat-record.ts'

/**
 * A result of OpenAI's Usage API (`/v1/organization/usage/completions`, `/embeddings`) or Costs API
 * (`/v1/organization/costs`), https://platform.openai.com/docs/api-reference/usage, or the same columns as CSV.
 * `input_tokens` holds the cached and cache-writing ones too; the amounts by modality leave the cached ones out.
 */
export function readOpenAi(record: FlatRecord): ExportRow | undefined {
  return readUsage(record) ?? readCost(record)
}

function readUsage(record: FlatRecord): ExportRow | undefined {
  const total = countIn(record, 'input_tokens')
  if (total === undefined || !('num_model_requests' in record)) return undefined
  const cacheRead = countIn(record, 'input_cached_tokens') ?? 0
  const cacheWrite = countIn(record, 'input_cache_write_tokens')
  const audioInput = countIn(record, 'input_audio_tokens') ?? 0
  const imageInput = countIn(record, 'input_image_tokens')
  const audioOutput = countIn(record, 'output_audio_tokens') ?? 0
  const imageOutput = countIn(record, 'output_image_tokens')
  const output = countIn(record, 'output_tokens') ?? 0
  return {
    day: dayIn(record, 'start_time_iso') ?? dayIn(record, 'start_time'),
    model: textIn(record, 'model'),
    calls: countIn(record, 'num_model_requests'),
    counts: {
      input: total - cacheRead - (cacheWrite ?? 0) - audioInput - (imageInput ?? 0),
      cacheRead,
      ...(cacheWrite !== undefined && { cacheWrite }),
      audioInput,
      ...(imageInput !== undefined && { imageInput }),
      output: output - audioOutput - (imageOutput ?? 0),
      audioOutput,
      ...(imageOutput !== undefined && { imageOutput }),
    },
  }
}

/** Grouped by `line_item`, which reads `gpt-4o-mini-2024-07-18, input`; else it is the sum of all models. */
function readCost(record: FlatRecord): ExportRow | undefined {
  const column = 'amount.value' in record ? 'amount.value' : 'amount_value'
  if (!(column in record)) return undefined
  const item = textIn(record, 'line_item')
  const comma = item?.lastIndexOf(',') ?? -1
  return {
    day: dayIn(record, 'start_time_iso') ?? dayIn(record, 'start_time'),
    model: comma > 0 ? item?.slice(0, comma).trim() : item,
    costNanoUsd: nanoUsdIn(record, column),
  }
}
