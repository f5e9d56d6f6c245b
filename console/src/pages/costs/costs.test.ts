import { describe, expect, it } from 'bun:test'
import type { CostReport } from '../../api/types.ts'
import { toCostsCsv } from './costs-csv.ts'
import { others, stackDays } from './stack-days.ts'

const usage = {
  input_tokens: 10,
  cache_read_tokens: 5,
  cache_write_tokens: 0,
  cache_write_hour_tokens: 0,
  audio_input_tokens: 0,
  image_input_tokens: 0,
  output_tokens: 3,
  reasoning_tokens: 1,
  audio_output_tokens: 0,
  image_output_tokens: 0,
  units: null,
}
const figures = (cost_nano_usd: number) => ({
  calls: 1,
  unpriced_calls: 0,
  estimated_calls: 0,
  cached_calls: 0,
  cost_nano_usd,
  cache_saved_nano_usd: 0,
  answers_saved_nano_usd: 0,
  usage,
})

function report(costs: readonly number[]): CostReport {
  const groups = costs.map((cost, index) => ({ group: `g${index}`, ...figures(cost) }))
  return {
    since: '2026-02-27',
    until: '2026-03-01',
    group_by: 'service',
    totals: figures(0),
    ledger: null,
    groups,
    days: groups.map(row => ({ day: '2026-02-28', ...row })),
    unpriced: [],
  }
}

describe('stackDays', () => {
  it('has every day of the period, over the end of a month, with and without calls', () => {
    expect(stackDays(report([5, 3])).days).toEqual([
      { day: '2026-02-27', costs: {} },
      { day: '2026-02-28', costs: { g0: 5, g1: 3 } },
      { day: '2026-03-01', costs: {} },
    ])
  })

  it('puts together what has no colour of its own, and loses nothing of it', () => {
    const { names, days } = stackDays(report([9, 8, 7, 6, 5, 4, 3, 2, 0]))
    expect(names).toEqual(['g0', 'g1', 'g2', 'g3', 'g4', others])
    expect(days[1]!.costs[others]).toBe(4 + 3 + 2)
    expect(stackDays(report([9, 8, 7, 6, 5, 4])).names).not.toContain(others)
  })
})

describe('toCostsCsv', () => {
  it('writes each day and group, dollars with all their decimals, and lets no cell run as a formula', () => {
    const one = report([1_234_567_891])
    const csv = toCostsCsv({ ...one, days: [{ ...one.days[0]!, group: '=HYPERLINK("x")' }] })
    expect(csv.split('\r\n')).toEqual([
      'day,service,calls,unpriced calls,cost usd,prompt cache saved usd,answers saved usd,input tokens,output tokens',
      `2026-02-28,"'=HYPERLINK(""x"")",1,0,1.234567891,0.000000000,0.000000000,15,4`,
      '',
    ])
  })
})
