import {
  answerListSchema,
  canonicalModel,
  costReportSchema,
  type ExportCounts,
  type OurAnswer,
  type OurCosts,
  priceReportSchema,
} from '../../observe/costs/index.ts'
import type { ApiClient } from './api-client.ts'

/** What we counted of a provider on a day, by the model that it said. */
export async function readOurCosts(api: ApiClient, provider: string, day: string): Promise<OurCosts[]> {
  const report = await api.read('/api/costs', costReportSchema, {
    query: { since: day, until: day, target: `provider:${provider}`, group_by: 'upstream_model' },
  })
  return report.groups.map(({ group, usage, ...figures }) => ({
    model: group,
    calls: figures.calls,
    unpricedCalls: figures.unpriced_calls,
    estimatedCalls: figures.estimated_calls,
    costNanoUsd: figures.cost_nano_usd,
    counts: {
      input: usage.input_tokens,
      cacheRead: usage.cache_read_tokens,
      cacheWrite: usage.cache_write_tokens,
      cacheWriteHour: usage.cache_write_hour_tokens,
      audioInput: usage.audio_input_tokens,
      imageInput: usage.image_input_tokens,
      output: usage.output_tokens + usage.reasoning_tokens,
      audioOutput: usage.audio_output_tokens,
      imageOutput: usage.image_output_tokens,
      searches: usage.units?.searches ?? 0,
    },
  }))
}

/** Nano-dollars of a difference in counts, by the prices that hold for the provider on the day. */
export async function readPriceDifference(
  api: ApiClient,
  provider: string,
  day: string,
): Promise<(model: string, counts: ExportCounts) => number | undefined> {
  const { data } = await api.read('/api/prices', priceReportSchema, { query: { day } })
  const rows = data.filter(row => row.provider === provider)
  return (model, counts) => {
    const row =
      rows.find(price => price.model === model) ??
      rows.find(price => price.model !== null && canonicalModel(price.model) === canonicalModel(model)) ??
      rows.find(price => price.model === null)
    if (!row) return undefined
    let nanoUsd = 0
    for (const [bucket, count] of Object.entries(counts)) {
      if (count === undefined || count === 0) continue
      // a dollar per million tokens is a thousand nano-dollars each, one per thousand units a million
      const each = row.usd_per_million_tokens[bucket]
      const ofUnit = row.usd_per_thousand_units[bucket]
      if (each === undefined && ofUnit === undefined) return undefined
      nanoUsd += count * (each === undefined ? (ofUnit ?? 0) * 1_000_000 : each * 1_000)
    }
    return Math.round(nanoUsd)
  }
}

/** Every answer of a provider on a day, page by page. */
export async function readOurAnswers(api: ApiClient, provider: string, day: string): Promise<OurAnswer[]> {
  const answers: OurAnswer[] = []
  let cursor: string | undefined
  do {
    const page = await api.read('/api/costs/answers', answerListSchema, {
      query: { day, target: `provider:${provider}`, limit: 5_000, cursor },
    })
    for (const { inference_id, answer_id, cost_nano_usd } of page.data)
      answers.push({
        inferenceId: inference_id,
        answerId: answer_id,
        costNanoUsd: cost_nano_usd ?? undefined,
      })
    cursor = page.next_cursor ?? undefined
  } while (cursor !== undefined)
  return answers
}
