import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { createRandom } from '../../../foundation/statistics/index.ts'
import { compareModels, type LearnedRow } from './compare-models.ts'
import { reweigh } from './mitigation.ts'

setDefaultTimeout(120_000)

const words = {
  yes: ['certified', 'degree', 'led', 'shipped', 'published'],
  no: ['gap', 'junior', 'unfinished', 'course', 'hobby'],
  both: ['worked', 'on', 'the', 'team', 'with', 'clients', 'in', 'projects'],
}

/** Applications: words say what is deserved; of women who deserve it, a share `unfair` is refused all the same. */
function applications(seed: string, count: number, unfair: number): LearnedRow[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, (_, index) => {
    const isWoman = random.next() < 0.5
    const isGood = random.next() < 0.5
    const signal = random.next() < 0.9 ? (isGood ? words.yes : words.no) : words.both
    const said = Array.from({ length: 8 }, () => random.pick(random.next() < 0.3 ? signal : words.both))
    const label = isGood && !(isWoman && random.next() < unfair) ? 'yes' : 'no'
    return {
      text: `${isWoman ? 'she' : 'he'} ${said.join(' ')} ${index}`,
      label,
      slice: isWoman ? 'female' : 'male',
      weight: 1,
    }
  })
}

function weighed(rows: readonly LearnedRow[]): LearnedRow[] {
  const counts = ['female', 'male'].map(slice => {
    const own = rows.filter(row => row.slice === slice)
    const yes = own.filter(({ label }) => label === 'yes').length
    return { slice, rows: own.length, labels: { yes, no: own.length - yes } }
  })
  const weigh = reweigh(counts)
  return rows.map(row => ({ ...row, weight: weigh(row.slice, row.label) }))
}

const options = { seeds: 10, seed: 's', signal: new AbortController().signal, progress: () => undefined }

describe('compareModels', () => {
  it('shows that weights make a planted gap smaller', async () => {
    const rows = applications('planted', 900, 0.7)
    const found = await compareModels(rows, weighed(rows), { ...options, label: 'yes', slice: 'female' })
    expect(found).toMatchObject({ label: 'yes', slice: 'female', verdict: 'smaller' })
    expect(found!.parity.before).toBeLessThan(-0.25)
    expect(Math.abs(found!.parity.after)).toBeLessThan(Math.abs(found!.parity.before) - 0.1)
    expect(found!.says).toStartWith('It helped: ')
    expect(found!.bySeed).toHaveLength(10)
  })

  it('does not say that it helped where nothing was changed', async () => {
    const rows = applications('same', 400, 0.7)
    const found = await compareModels(rows, rows, options)
    expect(found).toMatchObject({ verdict: 'not told', reduction: { estimate: 0, low: 0, high: 0 } })
    expect(found!.says).toStartWith('It did not help')
  })

  it('says what it costs where labels are lost', async () => {
    const rows = applications('lost', 600, 0)
    const blind = rows.map((row, index) => ({ ...row, label: index % 2 === 0 ? 'yes' : 'no' }))
    const found = await compareModels(rows, blind, options)
    expect(found).toMatchObject({ costsAccuracy: true })
    expect(found!.says).toContain('It costs accuracy: −')
  })

  it('says that changes at random helped about as seldom as it says', async () => {
    // seeded; of 100 rounds it was 1
    const rounds = 8
    let told = 0
    for (let round = 0; round < rounds; round += 1) {
      const rows = applications(`chance ${round}`, 240, 0.5)
      const random = createRandom('most', round)
      const most = rows.filter(() => random.next() < 0.75)
      const other = await compareModels(rows, most, { ...options, seeds: 10, seed: `${round}` })
      if (other && other.verdict !== 'not told') told += 1
    }
    expect(told).toBeLessThan(2)
  })

  it('has nothing to compare where a slice is too small', async () => {
    expect(await compareModels(applications('few', 20, 1), [], options)).toBeUndefined()
  })
})
