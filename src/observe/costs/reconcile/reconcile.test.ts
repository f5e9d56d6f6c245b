import { describe, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseCsv, toCsv } from './csv.ts'
import { exportBuckets, type ExportCounts } from './export-row.ts'
import { matchAnswers } from './match-answers.ts'
import { readExport } from './read-export.ts'
import { parseColumnMap } from './read-mapped.ts'
import { canonicalModel, type OurCosts, reconcile } from './reconcile.ts'

const fixture = (name: string) => readFileSync(path.join(import.meta.dirname, '__fixtures__', name), 'utf8')
const day = '2026-03-01'

function ours(given: Partial<Omit<OurCosts, 'counts'>> & { readonly counts?: ExportCounts }): OurCosts {
  const none = Object.fromEntries(exportBuckets.map(bucket => [bucket, 0])) as OurCosts['counts']
  return {
    model: 'gpt-5-mini',
    calls: 12,
    unpricedCalls: 0,
    estimatedCalls: 0,
    costNanoUsd: 0,
    ...given,
    counts: { ...none, ...given.counts },
  }
}

/** One micro-dollar for each token, whatever it is. */
const priceDifference = (_model: string, counts: ExportCounts) =>
  Object.values(counts).reduce((sum, count) => sum + count, 0) * 1_000
const options = { day, tolerancePercent: 0.1, priceDifference }

describe('readExport', () => {
  it('takes the cached, written, sounding tokens of OpenAI out of its input', () => {
    const [first, second] = readExport(fixture('openai-usage.json'))
    expect(first).toMatchObject({
      day,
      model: 'gpt-5-mini-2025-08-07',
      calls: 12,
      counts: {
        input: 4_500,
        cacheRead: 4_000,
        cacheWrite: 1_000,
        audioInput: 500,
        output: 1_700,
        audioOutput: 300,
      },
    })
    expect(second).toMatchObject({ day: '2026-03-02', counts: { input: 77, output: 7 } })
  })

  it('reads the costs of OpenAI by line item, to the nano-dollar', () => {
    const rows = readExport(fixture('openai-costs.json'))
    expect(rows.map(({ model, costNanoUsd }) => [model, costNanoUsd])).toEqual([
      ['gpt-5-mini-2025-08-07', 60_000_000],
      ['gpt-5-mini-2025-08-07', 12_345_679],
    ])
  })

  it('reads usage and costs of Anthropic: writes by how long they are kept, amounts in cents', () => {
    expect(readExport(fixture('anthropic-usage.json'))).toEqual([
      {
        day,
        model: 'claude-sonnet-4-20250514',
        counts: {
          input: 1_500,
          cacheRead: 200,
          cacheWrite: 500,
          cacheWriteHour: 1_000,
          output: 500,
          searches: 10,
        },
      },
    ])
    expect(readExport(fixture('anthropic-costs.json'))[0]?.costNanoUsd).toBe(1_237_891_200)
    expect(readExport(fixture('anthropic-usage.csv'))[0]).toMatchObject({
      day,
      model: 'claude-opus-5',
      counts: { input: 46_981, cacheWrite: 15_969, output: 16_932 },
    })
  })

  it('reads any CSV whose columns are named', () => {
    const map = parseColumnMap(
      'day=Date,answerId=Generation,model=Model,input=Prompt,output=Completion,cost=Charge',
    )
    expect(readExport(fixture('generic.csv'), map)[0]).toEqual({
      day,
      model: 'm-1',
      answerId: 'gen-1',
      calls: undefined,
      counts: { input: 1_000, output: 20 },
      costNanoUsd: 1_500_000,
    })
  })

  it.each([
    ['an unknown CSV', fixture('generic.csv'), 'Name them'],
    ['no rows', 'a,b\n', 'no rows'],
    ['broken JSON', '{"data":', 'none'],
    ['a word for a number', fixture('anthropic-usage.csv').replace('46981', 'many'), 'no number'],
  ])('says what is wrong with %s', (_what, text, message) => {
    expect(() => readExport(text)).toThrow(message)
  })

  it('refuses a map of fields or columns that there are not', () => {
    expect(() => parseColumnMap('modle=Model')).toThrow('names no column')
    expect(() => readExport(fixture('generic.csv'), { model: 'Modell' })).toThrow('no column `Modell`')
  })
})

describe('reconcile', () => {
  const rows = [...readExport(fixture('openai-usage.json')), ...readExport(fixture('openai-costs.json'))]
  const counts = {
    input: 4_500,
    cacheRead: 4_000,
    cacheWrite: 1_000,
    audioInput: 500,
    output: 1_700,
    audioOutput: 300,
  }

  it('agrees where every bucket and every nano-dollar is the same, by alias or by dated name', () => {
    const result = reconcile([ours({ counts, costNanoUsd: 72_345_679 })], rows, options)
    expect(result).toMatchObject({ isWithin: true, oursNanoUsd: 72_345_679, theirsNanoUsd: 72_345_679 })
    expect(result.models).toHaveLength(1)
    expect(result.models[0]).toMatchObject({
      model: 'gpt-5-mini',
      differenceNanoUsd: 0,
      unexplainedNanoUsd: 0,
    })
  })

  it('explains a difference by tokens that we did not see, and leaves the rest unexplained', () => {
    const lacking = { ...counts, input: 3_500 }
    const [model] = reconcile([ours({ counts: lacking, costNanoUsd: 70_000_000 })], rows, options).models
    expect(model).toMatchObject({
      differenceNanoUsd: 2_345_679,
      byTokensNanoUsd: 1_000_000,
      unexplainedNanoUsd: 1_345_679,
      isWithin: false,
    })
    expect(model!.buckets.find(({ bucket }) => bucket === 'input')).toEqual({
      bucket: 'input',
      ours: 3_500,
      theirs: 4_500,
    })
  })

  it('holds the tolerance at its edge', () => {
    const at = (costNanoUsd: number) =>
      reconcile([ours({ counts, costNanoUsd })], rows, { ...options, tolerancePercent: 1 }).isWithin
    expect(at(72_345_679 - 723_456)).toBe(true)
    expect(at(72_345_679 - 723_457)).toBe(false)
  })

  it('counts with the plainer kind what an export does not tell apart', () => {
    const plain = [{ day, model: 'gpt-5-mini', counts: { input: 10_000, output: 2_000 } }]
    expect(reconcile([ours({ counts })], plain, options).isWithin).toBe(true)
  })

  it('is not within where either side knows a model that the other does not, or there is nothing at all', () => {
    const other = [{ day, model: 'gpt-6', counts: { input: 1, output: 1 } }]
    const result = reconcile([ours({ counts })], other, options)
    expect(result.models.map(({ model, isWithin }) => [model, isWithin])).toEqual([
      ['gpt-5-mini', false],
      ['gpt-6', false],
    ])
  })

  it('compares the sum where the export does not tell by model', () => {
    const sum = [{ day, model: undefined, costNanoUsd: 300 }]
    const result = reconcile(
      [ours({ costNanoUsd: 100 }), ours({ model: 'b', costNanoUsd: 200 })],
      sum,
      options,
    )
    expect(result.models.map(({ model, isWithin }) => [model, isWithin])).toEqual([['(all models)', true]])
  })

  it.each([
    ['claude-sonnet-4-5-20250929', 'claude-sonnet-4-5'],
    ['gpt-4o-2024-08-06', 'gpt-4o'],
    ['claude-3-5-haiku-latest', 'claude-3-5-haiku'],
    ['gpt-4-0613', 'gpt-4-0613'],
  ])('takes %s for %s', (dated, alias) => {
    expect(canonicalModel(dated)).toBe(alias)
  })
})

describe('matchAnswers', () => {
  it('matches answer by answer, and names what only one side has and what costs another sum', () => {
    const map = parseColumnMap('day=Date,answerId=Generation,cost=Charge')
    const rows = readExport(fixture('generic.csv'), map)
    const answers = [
      { inferenceId: '1', answerId: 'gen-1', costNanoUsd: 1_500_000 },
      { inferenceId: '2', answerId: 'gen-2', costNanoUsd: 700_000 },
      { inferenceId: '3', answerId: 'gen-3', costNanoUsd: undefined },
    ]
    expect(matchAnswers(answers, rows, day)).toEqual({
      matched: 2,
      different: [{ ours: answers[1]!, theirsNanoUsd: 750_000 }],
      onlyOurs: [answers[2]!],
      onlyTheirs: ['gen-9'],
    })
    expect(matchAnswers(answers, readExport(fixture('openai-costs.json')), day)).toBeUndefined()
  })
})

describe('CSV', () => {
  it('gives back what was written, quotes, commas and line ends included', () => {
    const rows = [
      ['name', 'value'],
      ['a "quoted", cell', 'two\nlines'],
      ['plain', ''],
    ]
    expect(parseCsv(toCsv(rows))).toEqual([
      { name: 'a "quoted", cell', value: 'two\nlines' },
      { name: 'plain', value: '' },
    ])
  })

  it('lets no cell run as a formula', () => {
    expect(toCsv([['=1+1', '@x', -3]])).toBe(`'=1+1,'@x,-3\r\n`)
  })
})
