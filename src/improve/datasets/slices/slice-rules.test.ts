import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { createRandom } from '../../../foundation/statistics/index.ts'
import { checkLines } from '../validation/check-lines.fixture.ts'
import { labelGaps } from './representation.ts'

setDefaultTimeout(120_000)

/** A share `german` of the rows is German; of those `approved` is approved, of the others half. */
function applications(count: number, german: number, approved: number) {
  const random = createRandom('applications', count, german, approved)
  return Array.from({ length: count }, (_, id) => {
    const language = random.next() < german ? 'de' : 'en'
    return { id, language, decision: random.next() < (language === 'de' ? approved : 0.5) ? 'yes' : 'no' }
  })
}

describe('representation', () => {
  const yaml =
    'key: id\nchecks:\n  - { name: it, representation: { by: language, population: { de: 40, en: 60 } } }\n'

  it('fails where a slice surely has too little, and not where that may be chance', async () => {
    const lacking = (await checkLines(yaml, applications(400, 0.1, 0.5))).result('it')
    expect(lacking.outcome).toBe('failed')
    expect(lacking.message).toMatch(
      /^`de` has .* where 40\.?0? % are expected and at least 32(\.0)? % wanted/,
    )
    expect((await checkLines(yaml, applications(400, 0.4, 0.5))).result('it').outcome).toBe('passed')
    const few = (await checkLines(yaml, applications(400, 0.2, 0.5).slice(0, 12))).result('it')
    expect(few).toMatchObject({
      outcome: 'passed',
      message: expect.stringContaining('too few rows to be sure'),
    })
  })

  it('misses a slice of which there is nothing, and takes another version for the population', async () => {
    const none = (await checkLines(yaml, applications(400, 0, 0.5))).result('it')
    expect(none.message).toContain('`de` has 0 % of the rows')
    const like =
      'key: id\nchecks:\n  - { name: it, representation: { by: language, against: census@3, minRows: 30 } }\n'
    const others = { 'census@3': applications(200, 0.5, 0.5) }
    const found = await checkLines(like, applications(300, 0.12, 0.5), { others })
    expect(found.result('it').outcome).toBe('failed')
    expect((await checkLines(like, applications(300, 0.5, 0.5))).result('it').outcome).toBe('skipped')
  })

  it('says what is missing from the rule', async () => {
    const wrong = checkLines(
      'key: id\nchecks: [{ representation: { by: language } }]\n',
      applications(10, 0.5, 1),
    )
    expect(await wrong.then(() => 'no error', String)).toContain('needs population, against or minRows')
  })
})

describe('slices that a definition declares', () => {
  const rows = applications(400, 0.1, 0.5)
  const checked = async (slices: string, by = 'german') =>
    await checkLines(
      `key: id\nslices: ${slices}\nchecks:\n  - { name: it, representation: { by: ${by}, population: { german: 40, not german: 60 } } }\n`,
      rows,
    ).then(({ result }) => result('it'), String)

  it('are held to rules as columns are', async () => {
    expect(await checked('{ german: "language = \'de\'" }')).toMatchObject({
      outcome: 'failed',
      message: expect.stringContaining('`german` has'),
    })
    expect(await checked('{ german: "language = \'de\'" }', 'germn')).toMatchObject({
      message: expect.stringContaining('There is no column `germn`'),
    })
  })

  it('publish nothing where they cannot be told', async () => {
    expect(await checked('{ german: "languge = 1" }')).toContain('Did you mean `language`?')
    expect(await checked('{ german: length(language) }')).toContain('its values are of type BIGINT')
    expect(await checked('{ german: "id = (SELECT 1)" }')).toContain('it asks other rows')
    expect(await checked('{ german: "true) OR (SELECT" }')).toContain('The slice `german`')
    const twice = checkLines('columns: { german: {} }\nslices: { german: "true" }\n', rows)
    expect(await twice.then(() => 'no error', String)).toContain('has the name of a column')
  })
})

describe('label-parity', () => {
  const yaml =
    'key: id\nchecks:\n  - { name: it, label-parity: { by: language, label: decision, max: 0.05 } }\n'

  it('fails where a label surely hangs on the slice, and passes where it does not', async () => {
    const planted = (await checkLines(yaml, applications(800, 0.5, 0.2))).result('it')
    expect(planted.outcome).toBe('failed')
    expect(planted.message).toContain('points, where 5.0 are allowed')
    expect((await checkLines(yaml, applications(800, 0.5, 0.5))).result('it').outcome).toBe('passed')
  })

  it('judges small slices by nothing, and says so', async () => {
    const few = (await checkLines(yaml, applications(40, 0.5, 0))).result('it')
    expect(few).toMatchObject({
      outcome: 'skipped',
      message: expect.stringContaining('no two slices of 30 rows'),
    })
  })

  it('accuses fair data no more often than it says, and finds planted bias nearly always', () => {
    const rounds = 400
    let [accused, missed] = [0, 0]
    for (let round = 0; round < rounds; round += 1) {
      const random = createRandom('rounds', round)
      const count = (share: number): number =>
        Array.from({ length: 200 }).reduce<number>(sum => sum + (random.next() < share ? 1 : 0), 0)
      const slicesOf = (shares: readonly number[]) =>
        shares.map((share, at) => {
          const yes = count(share)
          return { slice: `s${at}`, rows: 200, labels: { yes, no: 200 - yes } }
        })
      const isAccused = (shares: readonly number[]): boolean =>
        labelGaps(slicesOf(shares), { isSimultaneous: true }).some(({ low, high }) => low > 0 || high < 0)
      if (isAccused([0.5, 0.5, 0.5, 0.5, 0.5])) accused += 1
      if (!isAccused([0.5, 0.5, 0.5, 0.5, 0.25])) missed += 1
    }
    // seeded; at most a twentieth is allowed
    expect(accused / rounds).toBeLessThan(0.05)
    expect(missed / rounds).toBeLessThan(0.02)
  })
})
