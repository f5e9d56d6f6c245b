import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { createRandom } from '../../../foundation/statistics/index.ts'
import { checkLines } from '../validation/check-lines.fixture.ts'

setDefaultTimeout(120_000)

const words = {
  billing: ['invoice', 'charged', 'refund', 'card', 'payment'],
  delivery: ['parcel', 'courier', 'tracking', 'late', 'address'],
}

function messages(flips: number) {
  const random = createRandom('messages')
  return Array.from({ length: 200 }, (_, id) => {
    const topic = id % 2 === 0 ? ('billing' as const) : ('delivery' as const)
    const text = Array.from({ length: 6 }, () => random.pick(words[topic])).join(' ')
    const isFlipped = id < flips * 10 && id % 10 === 0
    return { id, text, label: isFlipped ? 'delivery' : topic }
  })
}

describe('suspect-labels', () => {
  const yaml =
    'key: id\nchecks:\n  - { name: it, suspect-labels: { label: label, text: text, maxShare: 0.02 } }\n'

  it('passes clean labels, and names the rows of those that are not', async () => {
    expect((await checkLines(yaml, messages(0))).result('it')).toMatchObject({ outcome: 'passed', rows: 0 })
    const found = (await checkLines(yaml, messages(10))).result('it')
    expect(found).toMatchObject({ outcome: 'failed', checked: 200 })
    // of the ten
    expect(found.rows).toBeGreaterThanOrEqual(8)
    expect(found.examples[0]).toMatchObject({ says: 'given delivery, likelier billing' })
    for (const { row } of found.examples) expect([row % 10, row <= 91]).toEqual([1, true])
    expect(found.examples.every(({ row, key }) => key === `[${row - 1}]`)).toBe(true)
  })

  it('says where in the definition it is wrong', async () => {
    const wrong = checkLines('key: id\nchecks: [{ suspect-labels: { label: label } }]\n', messages(0))
    expect(await wrong.then(() => 'no error', String)).toContain('needs either text or probabilities')
  })
})

describe('agreement', () => {
  const yaml =
    'key: id\nchecks:\n  - { name: it, agreement: { annotators: [ann, ben], min: 0.8 } }\n  - { name: part, when: "id < 50", agreement: { annotators: [ann, ben], min: 0.8 } }\n'
  const rows = (differing: number) =>
    Array.from({ length: 100 }, (_, id) => ({
      id,
      ann: id % 3 === 0 ? 'yes' : 'no',
      ben: (id % 3 === 0) === id < 100 - differing ? 'yes' : 'no',
    }))

  it('holds α against the least that is wanted, of the rows that it is about', async () => {
    const fine = await checkLines(yaml, rows(2))
    expect(fine.result('it')).toMatchObject({ outcome: 'passed', checked: 100 })
    const bad = await checkLines(yaml, rows(40))
    expect(bad.result('it').outcome).toBe('failed')
    expect(bad.result('it').examples[0]).toMatchObject({ row: 61, says: 'ann: yes, ben: no' })
    expect(bad.result('part')).toMatchObject({ outcome: 'passed', checked: 50 })
  })
})
