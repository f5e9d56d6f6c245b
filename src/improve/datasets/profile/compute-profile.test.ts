import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { checkLines } from '../validation/check-lines.fixture.ts'
import type { ColumnProfile } from './profile.ts'

setDefaultTimeout(120_000)

const rows = Array.from({ length: 1_000 }, (_, at) => ({
  id: `r-${at}`,
  size: at % 4 === 3 ? null : (at * 7) % 10,
  weight: at === 5 ? 1e9 : (at * 37) % 100,
  at: new Date(Date.UTC(2026, 0, 1 + (at % 31))).toISOString(),
  label: at % 5 === 0 ? 'rare' : 'usual',
  text:
    at % 10 === 0
      ? `Nummer ${at} ist noch nicht bei mir angekommen und ich weiß nicht warum.`
      : `Number ${at} has not come to my house yet and I do not know why that is.`,
  isOpen: at % 2 === 0,
  chat: [
    { role: 'user', content: 'Where is it?' },
    ...(at % 10 === 0
      ? [
          { role: 'assistant', tool_calls: [{ id: 'c', function: { name: 'find', arguments: '{}' } }] },
          { role: 'tool', tool_call_id: 'c', content: '1' },
        ]
      : []),
    { role: 'assistant', content: 'On its way.' },
  ],
}))

async function profileOf(name: string, lines: typeof rows = rows): Promise<ColumnProfile> {
  const { profile } = await checkLines('key: id\nsplits: { parts: { train: 9, test: 1 } }\n', lines)
  const found = profile.columns.find(column => column.name === name)
  if (!found) throw new Error(`There is no ${name}.`)
  return found
}

describe('computeProfile', () => {
  it('counts nulls, distinct values and what is frequent, exactly where it says so', async () => {
    const { profile } = await checkLines('key: id\nsplits: { parts: { train: 9, test: 1 } }\n', rows)
    const of = (name: string) => profile.columns.find(column => column.name === name)
    expect(of('size')).toMatchObject({ nulls: 250, distinct: { count: 10, isExact: true } })
    expect(of('label')?.top).toEqual([
      { value: 'usual', count: 800 },
      { value: 'rare', count: 200 },
    ])
    expect(of('id')?.top).toEqual([])
    expect(of('isOpen')?.top).toEqual([
      { value: 'false', count: 500 },
      { value: 'true', count: 500 },
    ])
    expect(profile.splits?.map(({ split }) => split)).toEqual(['train', 'test'])
    expect(profile.splits?.reduce((sum, each) => sum + each.rows, 0)).toBe(1_000)
  })

  it('gives whole numbers in a small range a bin each', async () => {
    const size = await profileOf('size')
    expect(size.numbers).toMatchObject({ min: 0, max: 9 })
    expect(size.numbers?.histogram).toMatchObject({ from: 0, to: 10 })
    expect(size.numbers?.histogram?.counts).toEqual(
      Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? 100 : 50)),
    )
  })

  it('shows a distribution although one value is far away', async () => {
    const { numbers } = await profileOf('weight')
    expect(numbers?.max).toBe(1e9)
    expect(numbers?.histogram?.to).toBeLessThan(200)
    expect(numbers?.histogram?.counts.reduce((sum, count) => sum + count, 0)).toBe(1_000)
    expect(Math.abs((numbers?.quantiles.p50 ?? 0) - 49.5)).toBeLessThan(2)
  })

  it('measures texts, tells their languages and reads conversations', async () => {
    const text = await profileOf('text')
    expect(text.lengths).toMatchObject({ min: rows[0]?.text.length })
    expect(text.tokens?.total).toBe(
      rows.reduce((sum, row) => sum + Math.ceil(Buffer.byteLength(row.text) / 4), 0),
    )
    expect(text.languages?.sampled).toBeGreaterThan(350)
    const share = (language: string) =>
      text.languages?.shares.find(each => each.language === language)?.share ?? 0
    // a tenth, by a sample of some 500
    expect(Math.abs(share('de') - 0.1)).toBeLessThan(0.06)
    expect(Math.abs(share('en') - 0.9)).toBeLessThan(0.06)
    expect((await profileOf('chat')).chat).toMatchObject({
      conversations: 1_000,
      turns: { mean: 2.2, max: 4 },
      roles: [
        { role: 'assistant', messages: 1_100 },
        { role: 'user', messages: 1_000 },
        { role: 'tool', messages: 100 },
      ],
      withSystem: 0,
      lastByAssistant: 1_000,
      toolCalls: 100,
      tools: [{ name: 'find', calls: 100 }],
    })
  })

  it('is there for no rows, and for columns without a value', async () => {
    const { profile } = await checkLines('key: id\n', [{ id: 'a', none: null }])
    expect(profile.columns.find(({ name }) => name === 'none')).toMatchObject({
      nulls: 1,
      distinct: { count: 0 },
      top: [],
      examples: [],
    })
  })
})
