import { describe, expect, it } from 'bun:test'
import {
  createRandom,
  evidentlyStability,
  kolmogorovSmirnov,
  numericStability,
  wassersteinDistance,
} from '../../foundation/statistics/index.ts'
import { category, type FixtureRow, memoryReader, number } from './drift.fixture.ts'
import { explainChange } from './explain-change.ts'
import type { DriftColumn } from './sample.ts'

const rows = { reference: { of: 'last week', total: 4_000 }, current: { of: 'this week', total: 4_000 } }

/** `german` is the share of rows of tenant acme in German, whose questions are long. */
function traffic(seed: string, count: number, german: number, hasLabel = true): FixtureRow[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, (): FixtureRow => {
    const isNew = random.next() < german
    const tenant = isNew || random.next() < 0.5 ? 'acme' : 'globex'
    const tokens = Math.round(Math.exp(random.normal() * 0.5 + (isNew ? 6 : 4.5)))
    return {
      tenant,
      language: isNew ? 'de' : random.next() < 0.9 ? 'en' : 'fr',
      tokens,
      latency: random.normal() + 10,
      question: isNew ? 'wo bleibt meine rechnung' : `where is my ${random.pick(['order', 'refund'])}`,
      good: hasLabel ? (random.next() < (isNew ? 0.5 : 0.9) ? 1 : 0) : null,
    }
  })
}

const columns: DriftColumn[] = [
  category('tenant'),
  category('language'),
  number('tokens'),
  number('latency'),
  { name: 'question', kind: 'text' },
]

describe('explainChange', () => {
  it('finds what moved, the group that it moved with, and the rows that are new', async () => {
    const current = traffic('current', 4_000, 0.35)
    const report = await explainChange({
      reader: memoryReader({ reference: traffic('reference', 4_000, 0.03), current }),
      columns,
      rows,
      seed: '1',
    })
    const moved = Object.fromEntries(report.columns.map(column => [column.name, column.moved]))
    expect(moved).toMatchObject({ language: 'much', tokens: 'much', latency: 'no' })
    expect(report.columns[0]?.moved).toBe('much')
    expect(report.columns.find(({ name }) => name === 'latency')?.p_adjusted).toBeGreaterThan(0.05)

    const [single] = report.slices.singles
    expect(single?.conditions).toEqual([{ column: 'language', value: 'is de' }])
    expect(single?.change.low).toBeGreaterThan(0.25)
    expect(single?.change.high).toBeLessThan(0.4)
    for (const slice of [...report.slices.singles, ...report.slices.pairs])
      expect(slice.conditions.map(({ column }) => column)).not.toContain('latency')

    expect(report.classifier?.auc).toBeGreaterThan(0.6)
    expect(report.classifier?.p).toBe(0.001)
    expect(report.sentence).toContain('(p ≤ 0.001)')
    expect(report.discrepancy?.p).toBeLessThan(0.01)
    expect(report.classifier?.features.map(({ feature }) => feature)).toContain('language is de')
    expect(report.classifier?.features.map(({ feature }) => feature)).toContain('question says “rechnung”')
    const word = report.slices.words?.find(({ conditions }) => conditions[0]?.value === 'says “rechnung”')
    expect(word?.conditions).toEqual([{ column: 'question', value: 'says “rechnung”' }])
    expect(word?.change.low).toBeGreaterThan(0.2)
    expect(word?.change.high).toBeLessThan(0.45)
    expect(report.sentence).toMatch(/`question` says “(bleibt|meine|rechnung|wo)” in 3\d % after [2-4] %/)
    const unlike = report.examples.map(({ id }) => current[Number(id.slice(4))]?.['language'])
    expect(unlike).toEqual(Array.from({ length: unlike.length }, () => 'de'))
    expect(report.sentence).toContain('the group that moved most is')
  })

  it('says of a number what of it has moved', async () => {
    const sample = (good: number): FixtureRow[] =>
      Array.from({ length: 400 }, (_, index) => ({ good: index < good ? 1 : 0 }))
    const report = await explainChange({
      reader: memoryReader({ reference: sample(380), current: sample(240) }),
      columns: [number('good')],
      rows,
      seed: '1',
    })
    expect(report.sentence).toContain('`good` (its mean from 0.95 to 0.6)')
  })

  it('finds nothing between samples of the same, in five tries but for one', async () => {
    let alarms = 0
    for (let run = 0; run < 5; run += 1) {
      const report = await explainChange({
        reader: memoryReader({
          reference: traffic(`a ${run}`, 400, 0.1),
          current: traffic(`b ${run}`, 400, 0.1),
        }),
        columns,
        rows,
        seed: String(run),
      })
      const found =
        report.columns.some(({ moved }) => moved !== 'no') ||
        Object.values(report.slices).some(slices => Array.isArray(slices) && slices.length > 0)
      alarms += found ? 1 : 0
    }
    expect(alarms).toBeLessThanOrEqual(1)
  })

  it('says of numbers what the methods say, with the same bins', async () => {
    const [reference, current] = [traffic('one', 700, 0.1), traffic('two', 500, 0.4)]
    const report = await explainChange({
      reader: memoryReader({ reference, current }),
      columns: [number('tokens')],
      rows,
      seed: '1',
    })
    const of = (sample: readonly FixtureRow[]) => sample.map(row => Number(row['tokens']))
    const [before, now] = [of(reference), of(current)]
    const [column] = report.columns
    expect(column?.stability).toBeCloseTo(numericStability(before, now), 12)
    expect(column?.evidently_stability).toBeCloseTo(evidentlyStability(before, now), 12)
    expect(column?.p).toBeCloseTo(kolmogorovSmirnov(before, now)!.p, 12)
    expect(column?.wasserstein).toBeCloseTo(wassersteinDistance(before, now)!, 9)
    expect(column?.bins.reduce((sum, bin) => sum + bin.current, 0)).toBeCloseTo(1, 9)
  })

  it('sees a pair that moved although neither of its parts did', async () => {
    const random = createRandom('pair')
    const cross = (isTogether: boolean): FixtureRow[] =>
      Array.from({ length: 3_000 }, () => {
        const first = random.next() < 0.5
        const second = random.next() < (isTogether === first ? 0.8 : 0.2)
        return { first: first ? 'yes' : 'no', second: second ? 'yes' : 'no' }
      })
    const report = await explainChange({
      reader: memoryReader({ reference: cross(false), current: cross(true) }),
      columns: [category('first'), category('second')],
      rows,
      seed: '1',
    })
    expect(report.slices.singles).toEqual([])
    expect(report.slices.pairs).toHaveLength(4)
    expect(Math.max(...report.slices.pairs.map(({ beyond_parts: times }) => times ?? 0))).toBeGreaterThan(3)
  })

  it('estimates a label that the current rows do not have, and says when it cannot', async () => {
    const quality = { label: number('good') }
    const withLabel = [...columns, number('good')]
    const near = await explainChange({
      reader: memoryReader({
        reference: traffic('labelled', 3_000, 0.2),
        current: traffic('unlabelled', 3_000, 0.4, false),
      }),
      columns: withLabel,
      rows,
      seed: '1',
      quality,
    })
    // 0.9 but for those in German, of whom it is 0.5
    expect(near.quality?.is_trusted).toBe(true)
    expect(near.quality?.labelled.current).toBeNull()
    expect(near.quality?.estimated?.low).toBeLessThan(0.74)
    expect(near.quality?.estimated?.high).toBeGreaterThan(0.74)
    expect(near.quality?.estimated?.high).toBeLessThan(near.quality!.labelled.reference!.low)

    const far = await explainChange({
      reader: memoryReader({
        reference: traffic('labelled', 3_000, 0),
        current: traffic('unlabelled', 3_000, 0.9, false),
      }),
      columns: withLabel,
      rows,
      seed: '1',
      quality,
    })
    expect(far.quality?.is_trusted).toBe(false)
    expect(far.sentence).toContain('cannot be estimated')
  })
})
